package import OpenSSL
package import Wire

/// What is known of entries that the ledger does not have: how many there were in all, and the root over them.
///
/// Its text, `50:<root>` with the root as in a checkpoint, is what an operator types who gives them up.
package struct LostHistory: Sendable, Equatable, CustomStringConvertible {
    package let size: UInt64
    package let root: Digest

    package init(size: UInt64, root: Digest) {
        self.size = size
        self.root = root
    }

    package init(_ text: String) throws(Malformed) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let size = UInt64(parts[0]), String(size).bytesEqual(String(parts[0])) else {
            throw Malformed("a lost history is its size, a colon and its root", at: 0)
        }
        guard let root = Digest(try Base64.decode(String(parts[1]))) else {
            throw Malformed("a root has 32 bytes", at: 0)
        }
        self.init(size: size, root: root)
    }

    package var description: String { "\(size):\(Base64.encode(root.bytes))" }
}
