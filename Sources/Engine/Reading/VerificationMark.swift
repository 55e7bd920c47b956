package import OpenSSL
package import Wire

/// What a verification of this ledger found, for `/health/integrity`.
package struct VerificationMark: Sendable {
    package let index: UInt64
    package let root: Digest
    package let at: Instant
    package let isOK: Bool

    package init(index: UInt64, root: Digest, at: Instant, isOK: Bool) {
        self.index = index
        self.root = root
        self.at = at
        self.isOK = isOK
    }
}
