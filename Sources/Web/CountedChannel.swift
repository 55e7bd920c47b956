import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

/// A connection of Hummingbird's that ``Connections`` knows of.
///
/// All of it is done on its event loop, and it must end its TLS handshake, and take what it is sent, in time.
struct CountedChannel<Base: ServerChildChannel>: ServerChildChannel {
    let base: Base
    let connections: Connections
    let limits: WebServer.Limits

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        connections.insert(channel)
        return base.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(BacklogDeadline(seconds: limits.requestSeconds), position: .first)
            if let tls = try? pipeline.handler(type: NIOSSLServerHandler.self) {
                let deadline = HandshakeDeadline(seconds: limits.requestSeconds)
                try pipeline.addHandler(deadline, position: .after(tls))
            }
            return value
        }
    }

    func handle(value: Base.Value, logger: Logger) async {
        await withTaskExecutorPreference(EventLoopTaskExecutor(value.channel.eventLoop)) {
            await base.handle(value: value, logger: logger)
        }
    }
}
