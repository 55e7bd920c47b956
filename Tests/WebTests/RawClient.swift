import NIOCore
import NIOPosix
import Synchronization

/// A client that sends exactly the bytes it is told to, and reads answers one by one.
struct RawClient {
    struct Answer: Sendable {
        var status: Int
        /// Lower-case names.
        var headers: [(name: String, value: String)]
        var body: String

        subscript(name: String) -> String? { headers.first { $0.name == name }?.value }
    }

    struct Closed: Error {}

    typealias Channel = NIOAsyncChannel<ByteBuffer, ByteBuffer>
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private let channel: any NIOCore.Channel
    private let end: Flag
    private var received: [UInt8] = []

    static func connect<Result>(
        to server: RunningServer,
        _ body: (inout RawClient) async throws -> Result,
    ) async throws -> Result {
        let end = Flag()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            // What the server sent before it closed must still be readable.
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: server.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(EndHandler(end: end))
                    return try Channel(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var client = RawClient(
                inbound: inbound.makeAsyncIterator(),
                outbound: outbound,
                channel: channel.channel,
                end: end
            )
            return try await body(&client)
        }
    }

    private init(
        inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>,
        channel: any NIOCore.Channel,
        end: Flag,
    ) {
        self.inbound = inbound
        self.outbound = outbound
        self.channel = channel
        self.end = end
    }

    func send(_ text: String) async throws { try await outbound.write(ByteBuffer(string: text)) }

    func send(zeros count: Int) async throws { try await outbound.write(ByteBuffer(repeating: 0, count: count)) }

    /// Says that nothing more will be sent, and goes on to read.
    func finishSending() async throws { try await channel.close(mode: .output) }

    /// Whether the server has closed the connection, whatever is left to read.
    var hasEnded: Bool { end.isSet }

    /// How many more bytes come until the end, or until there are so many.
    mutating func count(upTo countMax: Int) async -> Int {
        var count = received.count
        while count < countMax, let buffer = try? await inbound.next(isolation: #isolation) {
            count += buffer.readableBytes
        }
        return count
    }

    /// The next answer, which has a body unless it answers HEAD.
    mutating func read(hasBody: Bool = true) async throws -> Answer {
        let end = Array("\r\n\r\n".utf8)
        while received.firstRange(of: end) == nil { try await receive() }
        guard let blank = received.firstRange(of: end) else { throw Closed() }
        let lines = String(decoding: received[..<blank.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (name: parts[0].lowercased(), value: String(parts[1].drop { $0 == " " }))
        }
        received.removeSubrange(..<blank.upperBound)
        var answer = Answer(status: Int(lines[0].split(separator: " ")[1]) ?? 0, headers: headers, body: "")
        guard hasBody, let length = answer["content-length"].flatMap(Int.init) else { return answer }
        while received.count < length { try await receive() }
        answer.body = String(decoding: received[..<length], as: UTF8.self)
        received.removeSubrange(..<length)
        return answer
    }

    /// Sends a request without a body and reads the answer.
    mutating func ask(_ line: String, _ headers: String...) async throws -> Answer {
        try await send((["\(line) HTTP/1.1", "Host: x"] + headers).joined(separator: "\r\n") + "\r\n\r\n")
        return try await read(hasBody: !line.hasPrefix("HEAD"))
    }

    /// Whether the server closes the connection without sending anything more.
    mutating func isClosed() async -> Bool {
        do {
            try await receive()
            return false
        } catch {
            return true
        }
    }

    private mutating func receive() async throws {
        guard let buffer = try await inbound.next(isolation: #isolation) else { throw Closed() }
        received.append(contentsOf: buffer.readableBytesView)
    }
}

extension RawClient {
    private final class EndHandler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let end: Flag

        init(end: Flag) { self.end = end }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case ChannelEvent.inputClosed = event { end.set() }
            context.fireUserInboundEventTriggered(event)
        }

        func channelInactive(context: ChannelHandlerContext) {
            end.set()
            context.fireChannelInactive()
        }
    }
}

/// Something that happens once, and is asked about elsewhere.
final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .acquiring) }

    func set() { value.store(true, ordering: .releasing) }
}

/// Something that is counted in one place, and asked about elsewhere.
final class Tally: Sendable {
    private let count = Atomic(0)

    var value: Int { count.load(ordering: .relaxed) }

    func increment() { count.add(1, ordering: .relaxed) }
}
