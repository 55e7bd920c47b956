import NIOCore
import Synchronization

/// The connections that are open, so that those left over at a shutdown can be closed.
final class Connections: Sendable {
    private let open = Mutex<[ObjectIdentifier: any Channel]>([:])

    func insert(_ channel: any Channel) {
        open.withLock { $0[ObjectIdentifier(channel)] = channel }
        channel.closeFuture.whenComplete { _ in
            self.open.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(channel)) }
        }
    }

    func closeAll() {
        let left = open.withLock { Array($0.values) }
        for channel in left { channel.close(promise: nil) }
    }
}
