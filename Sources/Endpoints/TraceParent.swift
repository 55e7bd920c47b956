import Wire

/// A `traceparent` as W3C Trace Context §3.2 has it: `version-traceid-parentid-flags`, each in lower-case hexadecimal.
///
/// Any other text is left out: an entry stands for ever, and a header is whatever its sender likes.
package struct TraceParent: Sendable {
    /// 55 characters: `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`.
    package let text: String

    /// How long the four parts are; later versions may add more, which are cut off.
    private static let lengths = [2, 32, 16, 2]
    private static let bytes = 55

    package init?(_ text: String) {
        let utf8 = Array(text.utf8)
        guard utf8.count == Self.bytes || utf8.count > Self.bytes && utf8[Self.bytes] == UInt8(ascii: "-") else {
            return nil
        }
        let parts = utf8.prefix(Self.bytes).split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.map(\.count) == Self.lengths, parts.joined().allSatisfy(Self.isHexadecimal) else { return nil }
        let isFirstVersion = parts[0].elementsEqual("00".utf8)
        guard !parts[0].elementsEqual("ff".utf8), !isFirstVersion || utf8.count == Self.bytes else { return nil }
        // All zeros name nothing.
        let zero = UInt8(ascii: "0")
        guard parts[1].contains(where: { $0 != zero }), parts[2].contains(where: { $0 != zero }) else { return nil }
        self.text = String(decoding: utf8.prefix(Self.bytes), as: UTF8.self)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
