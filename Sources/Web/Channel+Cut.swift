import NIOCore
import NIOSSL

extension Channel {
    /// Closes a connection at once, without the farewell of TLS.
    ///
    /// A client that takes nothing would not take that either, and keep its place until the farewell is overdue.
    func cut() {
        // Also where it is asked from within this channel: it goes on with what it does, and closes then.
        eventLoop.execute { [self] in
            guard let tls = try? pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self) else {
                close(promise: nil)
                return
            }
            tls.close(promise: nil)
        }
    }
}
