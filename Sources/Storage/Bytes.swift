import Glibc

extension Span<UInt8> {
    /// The lent bytes as a value of one's own.
    package var copied: [UInt8] {
        unsafe withUnsafeBufferPointer { unsafe [UInt8]($0) }
    }

    /// Whether they are the same bytes, compared as many at a time as the processor can.
    package func isSame(as other: [UInt8]) -> Bool { isSame(as: other[...]) }

    package func isSame(as other: ArraySlice<UInt8>) -> Bool {
        guard count == other.count else { return false }
        return unsafe withUnsafeBytes { own in
            unsafe other.withUnsafeBytes { other in
                guard let own = own.baseAddress, let other = other.baseAddress else { return true }
                return unsafe memcmp(own, other, count) == 0
            }
        }
    }

    @usableFromInline
    func starts(with prefix: [UInt8]) -> Bool {
        guard count >= prefix.count else { return false }
        for place in prefix.indices where self[place] != prefix[place] { return false }
        return true
    }
}

extension [UInt8] {
    /// Appends lent bytes.
    package mutating func append(copying bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    /// The order of keys: by bytes, and a key before those that it begins.
    func precedes(_ other: [UInt8]) -> Bool {
        let shared = Swift.min(count, other.count)
        for place in 0..<shared where self[place] != other[place] { return self[place] < other[place] }
        return count < other.count
    }
}
