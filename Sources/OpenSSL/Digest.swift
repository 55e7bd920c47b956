/// The fingerprint of some bytes: 32 bytes that no other input is known to share.
///
/// It lies inline, without an allocation, so a tree of millions of digests is one block of memory. Equality takes the
/// same time wherever two digests differ, because message authentication codes are digests too.
package struct Digest: Sendable {
    package static let count = 32

    /// The 32 bytes of a ledger that has none, and the starting value of sums.
    package static let zero = Digest()

    /// The bytes in their order in memory, four words wide.
    private var words: [4 of UInt64] = [0, 0, 0, 0]

    private init() {}

    /// Takes exactly 32 bytes, and nothing from any other count.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Digest.count else { return nil }
        self.init(bytes.span)
    }

    package init(_ bytes: Span<UInt8>) {
        precondition(bytes.count == Digest.count, "a digest is 32 bytes; the caller has cut the span to that length")
        unsafe self.init { target in
            unsafe bytes.withUnsafeBufferPointer { source in
                if let source = source.baseAddress { unsafe target.update(from: source, count: Digest.count) }
            }
        }
    }

    /// Lets a C function write the 32 bytes in place.
    init(filling body: (UnsafeMutablePointer<UInt8>) -> Void) {
        unsafe withUnsafeMutableBytes(of: &words) { raw in
            unsafe raw.withMemoryRebound(to: UInt8.self) { buffer in
                if let pointer = buffer.baseAddress { unsafe body(pointer) }
            }
        }
    }

    package var bytes: [UInt8] { unsafe withUnsafeBytes { unsafe [UInt8]($0) } }

    /// Appends the 32 bytes to others, with no array between.
    package func append(to bytes: inout [UInt8]) {
        unsafe withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }

    func withUnsafeBytes<R>(_ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        unsafe Swift.withUnsafeBytes(of: words) { raw in
            unsafe raw.withMemoryRebound(to: UInt8.self) { unsafe body($0) }
        }
    }
}

extension Digest: Hashable {
    package static func == (left: Digest, right: Digest) -> Bool {
        let difference =
            (left.words[0] ^ right.words[0]) | (left.words[1] ^ right.words[1])
            | (left.words[2] ^ right.words[2]) | (left.words[3] ^ right.words[3])
        return difference == 0
    }

    package func hash(into hasher: inout Hasher) {
        for index in 0..<4 { hasher.combine(words[index]) }
    }
}

/// The order of the bytes, as a sorted file or table has it; for public digests only, its time tells where they differ.
extension Digest: Comparable {
    package static func < (left: Digest, right: Digest) -> Bool {
        for index in 0..<4 where left.words[index] != right.words[index] {
            return left.words[index].bigEndian < right.words[index].bigEndian
        }
        return false
    }
}

extension Digest: CustomStringConvertible {
    /// Lower-case hexadecimal, for messages and test failures.
    package var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
