import Foundation

/// The few frames of HTTP/2 (RFC 9113) that a client needs who takes nothing.
enum HTTP2Frames {
    /// Windows as wide as they may be: for each stream, and for all of them together.
    static let windows =
        frame(kind: 4, stream: 0, [0, 4, 0x7f, 0xff, 0xff, 0xff]) + frame(kind: 8, stream: 0, [0x7f, 0xfe, 0, 0])
    static let preface = Data("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    static func get(_ path: String, stream: UInt8) -> Data {
        let fields = [(":method", "GET"), (":scheme", "https"), (":path", path), (":authority", "localhost")]
        // RFC 7541 §6.2.2: literals that no table remembers, each shorter than 127 bytes.
        let block = fields.reduce(into: [UInt8]()) { block, field in
            block += [0, UInt8(field.0.utf8.count)] + Array(field.0.utf8)
            block += [UInt8(field.1.utf8.count)] + Array(field.1.utf8)
        }
        return frame(kind: 1, flags: 5, stream: stream, block)
    }

    static func reset(stream: UInt8) -> Data { frame(kind: 3, stream: stream, [0, 0, 0, 8]) }

    private static func frame(kind: UInt8, flags: UInt8 = 0, stream: UInt8, _ body: [UInt8]) -> Data {
        Data([0, 0, UInt8(body.count), kind, flags, 0, 0, 0, stream]) + body
    }
}
