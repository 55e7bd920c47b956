import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Guards one connection against requests that are malformed, too slow or cut short, and against losing the answer to
/// one that is too large.
///
/// Requests that a client sends ahead are passed on one by one, each when the answer before it has left: else whoever
/// asks for much and reads nothing would have all of it made and held.
///
/// An answer may be written before its request has arrived: then the rest is thrown away for a while, and the
/// connection closed. Closing at once would reset it, and a client that is still sending would never see the answer.
final class RequestGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// The answer for a status, for requests that no endpoint sees.
    typealias Refusal = @Sendable (_ status: Int) -> WholeResponse

    /// The request ended before its end: whoever reads its body must not take it for whole.
    struct CutShort: Error {}

    private let limits: WebServer.Limits
    private let connections: Connections
    private let addresses: ClientAddresses
    private let refusal: Refusal
    private var progress = RequestProgress()
    private var timer: Scheduled<Void>?
    /// What was sent ahead, and whether the client's next bytes are asked for when it has been passed on.
    private var ahead = CircularBuffer<HTTPRequestPart>()
    private var wantsRead = false
    /// What ends the connection's requests, until those that were sent ahead of it are passed on.
    private var ending: Ending?
    /// A request was passed on whose answer has not left.
    private var isAnswering = false
    /// All of it was passed on.
    private var isWhole = false
    /// It waits for the server, not for its client.
    private var isWaiting = false
    /// Its answer tells its client to come again later, and what ends the wait until more is read.
    private var isTurnedAway = false
    private var pause: Scheduled<Void>?
    /// Bytes of the answer that is being written.
    private var answerBytes = 0
    private var answerDeadline: AnswerDeadline
    /// Whether what is being read just now has completed any part of a request.
    private var hasReadPart = false
    /// Requests after this one's answer are not awaited: the server is shutting down.
    private var isDraining = false
    /// In HTTP/2 each request has a channel of its own, and there is no `Connection` header (RFC 9113 §8.2.2).
    private var isStream = false
    /// The connection, of which in HTTP/2 this is one stream.
    private var connection: (any Channel)?
    /// In HTTP/1, what the version of each request makes of it.
    private var heads: HTTP1Heads?

    private enum Ending {
        case inputClosed
        case error(any Error)
    }

    init(
        limits: WebServer.Limits,
        connections: Connections,
        addresses: ClientAddresses,
        refusal: @escaping Refusal,
    ) {
        self.limits = limits
        self.connections = connections
        self.addresses = addresses
        self.refusal = refusal
        answerDeadline = AnswerDeadline(seconds: limits.requestSeconds)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        // A stream's parent is a connection, whose parent is the listener.
        isStream = context.channel.parent?.parent != nil
        connection = isStream ? context.channel.parent : context.channel
        let pipeline = context.pipeline.syncOperations
        guard let codec = try? pipeline.handler(type: HTTP1ToHTTPServerCodec.self),
            let stopping = try? pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self),
            let passedOver = try? pipeline.context(handler: stopping)
        else { return }
        let heads = HTTP1Heads()
        self.heads = heads
        let decoder = UpgradeIgnoringDecoder(limits: limits, heads: heads, passingOver: passedOver)
        do {
            try pipeline.addHandler(heads, position: .before(codec))
            try pipeline.addHandler(ByteToMessageHandler(decoder), position: .before(stopping))
        } catch {
            preconditionFailure("a handler can be added before one that was just found: \(error)")
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stopTimer()
        answerDeadline.stop()
        pause?.cancel()
        release(answerBytes)
        answerBytes = 0
        endRequest()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasReadPart = true
        let part = unwrapInboundIn(data)
        if progress.isLingering {
            throwAway(part, context)
            return
        }
        // What follows a refused request that waits for the answers before it is part of nothing, and asks for none.
        if progress.isRefusing { return }
        switch part {
        case .head:
            guard heads?.isSound ?? true else {
                fail(with: 400, context)
                return
            }
            progress.receivedHead()
        case .body:
            break
        case .end:
            stopTimer()
            progress.receivedEnd()
        }
        passOn(part, context)
    }

    private func passOn(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        var isNext = false
        if case .head = part { isNext = true }
        guard ahead.isEmpty, pause == nil, !(isNext && isAnswering) else {
            ahead.append(part)
            return
        }
        forward(part, context)
    }

    /// Passes a part on to be answered, and counts the request.
    private func forward(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head:
            isAnswering = true
            if let connection { connections.begin(on: connection) }
        case .body:
            break
        case .end:
            isWhole = true
            countWaiting(context)
        }
        context.fireChannelRead(wrapInboundOut(part))
    }

    /// Whoever does not take what it is sent waits for nobody.
    private func countWaiting(_ context: ChannelHandlerContext) {
        let waits = isAnswering && isWhole && context.channel.isWritable
        guard let connection, waits != isWaiting else { return }
        isWaiting = waits
        connections.setWaiting(on: connection, forServer: waits)
    }

    private func endRequest() {
        guard let connection, isAnswering else { return }
        connections.end(on: connection, wasWaiting: isWaiting)
        (isAnswering, isWhole, isWaiting) = (false, false, false)
    }

    private func release(_ bytes: Int) {
        if let connection, bytes > 0 { connections.remove(bytes, on: connection) }
    }

    /// The answer has left: it is the turn of the next request that was sent ahead, unless its client should wait.
    private func finishRequest(_ context: ChannelHandlerContext) {
        guard isTurnedAway else {
            passOnNext(context)
            return
        }
        isTurnedAway = false
        let time = TimeAmount.milliseconds(Int64(limits.pauseMilliseconds))
        pause = context.eventLoop.assumeIsolated().scheduleTask(in: time) { [self] in endPause(context) }
    }

    private func endPause(_ context: ChannelHandlerContext) {
        guard let pause else { return }
        pause.cancel()
        self.pause = nil
        passOnNext(context)
    }

    private func passOnNext(_ context: ChannelHandlerContext) {
        if !ahead.isEmpty {
            repeat { forward(ahead.removeFirst(), context) } while !beginsWithHead
            context.fireChannelReadComplete()
        }
        if let ending, ahead.isEmpty {
            self.ending = nil
            end(with: ending, context)
        }
        if ahead.isEmpty, wantsRead {
            wantsRead = false
            context.read()
        }
    }

    /// Tells whoever reads that no more comes, after all that has come.
    private func end(with ending: Ending, _ context: ChannelHandlerContext) {
        guard ahead.isEmpty, pause == nil else {
            self.ending = self.ending ?? ending
            return
        }
        switch ending {
        case .inputClosed: context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        case .error(let error): context.fireErrorCaught(error)
        }
    }

    /// Whether what was sent ahead goes on with another request, or not at all.
    private var beginsWithHead: Bool {
        switch ahead.first {
        case nil, .head: true
        case .body, .end: false
        }
    }

    func read(context: ChannelHandlerContext) {
        // Nor does a body grow here that nobody reads yet.
        guard ahead.isEmpty, pause == nil else {
            wantsRead = true
            return
        }
        context.read()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Most requests arrive in one piece and never get here unfinished, so they cost no timer. Bytes that completed
        // no part of a request while none was under way are the beginning of one that comes slowly.
        if timer == nil, progress.isReading || (progress.isIdle && !hasReadPart) {
            startTimer(seconds: limits.requestSeconds, context)
        }
        hasReadPart = false
        context.fireChannelReadComplete()
        // Nobody above asks for what is to be thrown away.
        if progress.isLingering { context.read() }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if progress.isLingering {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(var head) where head.status.code >= 200:
            progress.wroteHead()
            isTurnedAway =
                !isStream && head.headerFields[.retryAfter] != nil
                && !addresses.isProxy(context.channel.remoteAddress)
            guard let persistence = persistence else {
                context.write(data, promise: promise)
                return
            }
            head.headerFields[.connection] = persistence
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body(let buffer):
            answerBytes += buffer.readableBytes
            if let connection { connections.addSending(buffer.readableBytes, on: connection) }
            context.write(data, promise: promise)
        case .head:
            context.write(data, promise: promise)
        case .end:
            let bytes = answerBytes
            answerBytes = 0
            let sent = promise ?? context.eventLoop.makePromise(of: Void.self)
            answerDeadline.wroteAnswer()
            sent.futureResult.assumeIsolated().whenComplete { [self] result in
                answerDeadline.sentAnswer()
                release(bytes)
                endRequest()
                if case .success = result { finishRequest(context) } else { ahead.removeAll() }
            }
            context.write(data, promise: sent)
            obey(progress.wroteEnd(), context)
        }
    }

    func flush(context: ChannelHandlerContext) {
        context.flush()
        answerDeadline.flushed(context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        countWaiting(context)
        answerDeadline.writabilityChanged(context)
        context.fireChannelWritabilityChanged()
    }

    /// What the answer says of the connection, where it must say anything.
    private var persistence: String? {
        guard !isStream else { return nil }
        let isLast = heads?.persistence == HTTP1Heads.Persistence.none && progress.unanswered == 1
        if isDraining || progress.isReading || isLast { return "close" }
        // RFC 9112 §9.3: for a client of HTTP/1.0 the connection ends after the answer, unless both sides say
        // otherwise.
        return heads?.persistence == .asked ? "keep-alive" : nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // RFC 6585 §5: 431 (Request Header Fields Too Large).
        let isOverflow = error as? HTTPParserError == .headerOverflow
        // Errors of the connection itself, such as a reset by the client, leave nobody to tell.
        let isMalformed = error is HTTPParserError || error is HTTP1TypeConversionError
        if isMalformed { fail(with: isOverflow ? 431 : 400, context) }
        end(with: .error(error), context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if progress.isReading { context.fireErrorCaught(CutShort()) }
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            isDraining = true
            endPause(context)
        case ChannelEvent.inputClosed where progress.isLingering: context.close(promise: nil)
        case ChannelEvent.inputClosed:
            end(with: .inputClosed, context)
            return
        default: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// What arrives is no request, or not in time; of one that was sent ahead nothing is passed on.
    private func fail(with status: Int, _ context: ChannelHandlerContext) {
        if progress.isReading {
            while let last = ahead.popLast() {
                if case .head = last { break }
            }
        }
        obey(progress.failed(with: status), context)
    }

    private func obey(_ next: RequestProgress.Next, _ context: ChannelHandlerContext) {
        switch next {
        case .goOn:
            break
        case .refuse(let status):
            refuse(status, context)
            startTimer(seconds: limits.lingerSeconds, context)
            context.read()
        case .linger:
            startTimer(seconds: limits.lingerSeconds, context)
            context.read()
        case .close:
            stopTimer()
            context.close(promise: nil)
        }
    }

    private func refuse(_ status: Int, _ context: ChannelHandlerContext) {
        var response = refusal(status)
        if !isStream { response.head.headerFields[.connection] = "close" }
        context.write(wrapOutboundOut(.head(response.head)), promise: nil)
        context.write(wrapOutboundOut(.body(response.body)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    private func throwAway(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head:
            break
        case .body(let buffer):
            obey(progress.threwAway(buffer.readableBytes, bytesMax: limits.lingerBytesMax), context)
        case .end:
            // A stream that has ended on both sides closes itself, after the last byte of its answer.
            if !isStream { obey(.close, context) }
        }
    }

    private func startTimer(seconds: Int, _ context: ChannelHandlerContext) {
        stopTimer()
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(Int64(seconds))) { [self] in
            timer = nil
            // RFC 9110 §15.5.9: 408 (Request Timeout).
            if progress.isLingering { obey(.close, context) } else { fail(with: 408, context) }
            end(with: .error(CutShort()), context)
        }
    }

    private func stopTimer() {
        timer?.cancel()
        timer = nil
    }
}
