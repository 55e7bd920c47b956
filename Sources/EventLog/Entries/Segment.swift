package import OpenSSL
package import Wire

/// A sealed segment: personal or free text beside an entry, which commits to it without telling it.
package enum Segment {
    package static let saltBytes = 32
    package static let plaintextBytesMax = 32 * 1024
    package static let countMax = 16

    package static func plaintext(salt: [UInt8], fields: Members) -> [UInt8] {
        precondition(salt.count == saltBytes, "a salt that is short would let a guess be confirmed")
        return salt + JSON.object(fields).canonical
    }

    package static func commitment(_ plaintext: [UInt8]) -> Digest { SHA256Hash.hash(prefix: 0x02, plaintext) }

    package static func seal(_ plaintext: [UInt8], subject: String, ledger: [UInt8], dataKey: [UInt8]) -> [UInt8] {
        SegmentKey(dataKey, ledger: ledger).seal(plaintext, subject: subject, commitment: commitment(plaintext))
    }

    /// - Returns: the plaintext, salt first; `nil` when the row was not sealed so.
    package static func open(
        _ row: [UInt8],
        subject: String,
        commitment: Digest,
        ledger: [UInt8],
        dataKey: [UInt8],
    ) -> [UInt8]? {
        SegmentKey(dataKey, ledger: ledger).open(row, subject: subject, commitment: commitment)
    }

    /// The fields of a plaintext, behind its salt.
    package static func fields(_ plaintext: [UInt8]) -> Members? {
        (try? JSON.parse(Array(plaintext.dropFirst(saltBytes)), as: .canonical))?.members
    }
}
