import NIOCore

/// Ends a request whose client does not take the answer, with its connection in HTTP/1.1: the last byte of an answer
/// has so long to leave.
///
/// Who does not read holds the answer in our memory. Most answers are in the system's buffers as soon as they are
/// written, and cost no timer.
struct AnswerDeadline {
    private let limit: TimeAmount
    /// Answers whose last byte has not left.
    private var unsent = 0
    private var timer: Scheduled<Void>?

    init(seconds: Int) { limit = .seconds(Int64(seconds)) }

    mutating func wroteAnswer() { unsent += 1 }

    mutating func sentAnswer() {
        unsent -= 1
        stop()
    }

    mutating func flushed(_ context: ChannelHandlerContext) {
        if unsent > 0 { start(context) }
    }

    /// While nothing can be written there is a limit as well: an answer waits for that before it gets here.
    mutating func writabilityChanged(_ context: ChannelHandlerContext) {
        if !context.channel.isWritable {
            start(context)
        } else if unsent == 0 {
            stop()
        }
    }

    mutating func stop() {
        timer?.cancel()
        timer = nil
    }

    private mutating func start(_ context: ChannelHandlerContext) {
        guard timer == nil else { return }
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: limit) { channel.cut() }
    }
}
