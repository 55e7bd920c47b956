import NIOCore
import NIOHTTP1

/// Reads the requests of an HTTP/1 connection, and goes on behind one that asks for another protocol.
///
/// RFC 9110 §7.8: a server may ignore `Upgrade` and "continue using the current protocol on that connection". NIO's
/// decoder stops there and keeps all further bytes for whoever takes it out of the pipeline: the next request, behind a
/// proxy somebody else's, would never be read. So each such request is the last of its decoder, and a fresh one reads
/// what follows.
///
/// It stands before the decoder that the pipeline came with, and passes requests on behind that one.
final class UpgradeIgnoringDecoder: ByteToMessageDecoder {
    typealias InboundOut = HTTPServerRequestPart

    private let limits: NIOHTTPDecoderLimitConfiguration
    private let heads: HTTP1Heads
    /// The decoder that the pipeline came with, which never gets a byte.
    private let passedOver: ChannelHandlerContext
    private var decoder: HTTPRequestDecoder

    init(limits: WebServer.Limits, heads: HTTP1Heads, passingOver decoder: ChannelHandlerContext) {
        var bounds = NIOHTTPDecoderLimitConfiguration()
        bounds.maxHeaderFieldSize = limits.headerFieldBytesMax
        bounds.maxHeaderListSize = limits.headerBytesMax
        bounds.maxHeaderFieldCount = limits.headerCountMax
        self.limits = bounds
        self.heads = heads
        passedOver = decoder
        self.decoder = HTTPRequestDecoder(limitConfiguration: bounds)
    }

    func decoderAdded(context: ChannelHandlerContext) { decoder.decoderAdded(context: passedOver) }

    func decoderRemoved(context: ChannelHandlerContext) { decoder.decoderRemoved(context: passedOver) }

    func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        _ = try decoder.decode(context: passedOver, buffer: &buffer)
        guard heads.takeUpgradeRequest() else { return .needMoreData }
        decoder.decoderRemoved(context: passedOver)
        decoder = HTTPRequestDecoder(limitConfiguration: limits)
        decoder.decoderAdded(context: passedOver)
        return .continue
    }

    func decodeLast(
        context: ChannelHandlerContext,
        buffer: inout ByteBuffer,
        seenEOF: Bool,
    ) throws -> DecodingState {
        while buffer.readableBytes > 0, case .continue = try decode(context: context, buffer: &buffer) {}
        return try decoder.decodeLast(context: passedOver, buffer: &buffer, seenEOF: seenEOF)
    }
}
