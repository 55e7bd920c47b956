import NIOCore

/// Cuts a connection that takes nothing while more waits for it than its buffers should hold.
///
/// A stream of HTTP/2 is over when its last byte is in the connection's hands, or when its client gives it up. What has
/// not left by then waits here, where no stream has a deadline for it.
final class BacklogDeadline: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private let limit: TimeAmount
    private var timer: Scheduled<Void>?

    init(seconds: Int) { limit = .seconds(Int64(seconds)) }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        let channel = context.channel
        if channel.isWritable {
            stop()
        } else if timer == nil {
            timer = context.eventLoop.scheduleTask(in: limit) { channel.cut() }
        }
        context.fireChannelWritabilityChanged()
    }

    func handlerRemoved(context: ChannelHandlerContext) { stop() }

    private func stop() {
        timer?.cancel()
        timer = nil
    }
}
