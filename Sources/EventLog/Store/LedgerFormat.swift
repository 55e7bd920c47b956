package import OpenSSL
package import Storage
import Wire

/// The version of what is on disk, told before anything is opened.
package enum LedgerFormat {
    package static let version: Int64 = 1
    package static let fileName = "format"
    /// A file that stands in a directory while a ledger is restored into it.
    package static let unfinishedName = "restoring"

    /// SHA-256 of the format page beside this target, as genesis commits to it.
    ///
    /// A test compares it with the page.
    package static let pageDigest = Digest(pageDigestBytes.span)

    private static let pageDigestBytes: [UInt8] = (try? Hex.decode(pageDigestHex)) ?? []
    package static let pageDigestHex = "8863bb2ceffba7937e076097f137c3e3c9277b8191fe25d9cb87022b900b18d7"

    package static func write(in folder: SmallFiles) throws {
        let object: JSON = ["format": .integer(version), "lowest_reader": .integer(version)]
        try folder.write(fileName, object.canonical + [0x0A], mode: 0o644)
    }

    /// - Throws: `format` when there is no ledger, or one that needs a newer program; the directory is left untouched.
    package static func require(in folder: SmallFiles) throws {
        guard let bytes = try folder.read(fileName) else {
            if try folder.read(unfinishedName) != nil {
                throw LedgerFault.format(
                    "a restoration into this directory was interrupted: type the same muniment restore again"
                )
            }
            throw LedgerFault.format("there is no ledger in this directory; make one with: muniment init --data DIR")
        }
        guard let object = try? JSON.parse(Array(bytes.dropLast()), as: .canonical),
            let reader = object["lowest_reader"]?.number
        else { throw LedgerFault.format("the file named format is not ours; name another directory with --data DIR") }
        guard reader <= version else {
            throw LedgerFault.format(
                "this ledger needs a program that reads format \(reader); this one reads \(version)"
            )
        }
    }
}
