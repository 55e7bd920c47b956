import EventLog
package import Storage
import Wire

/// The operator's key that wraps all others: 32 bytes, written as 43 characters of base64url.
package struct KeyEncryptionKey: Sendable {
    package static let fileName = "kek"
    package static let byteCount = 32

    package let bytes: [UInt8]

    /// - Parameter text: base64url; white space around it is allowed, since files end with a line feed.
    package init(_ text: String) throws {
        let trimmed = String(text.filter { !$0.isWhitespace })
        guard let bytes = try? Base64URL.decode(trimmed), bytes.count == Self.byteCount else {
            throw LedgerFault.keys("the key-encryption key must be 43 characters of base64url (32 bytes)")
        }
        self.bytes = bytes
    }

    package init(random: (Int) -> [UInt8]) { bytes = random(Self.byteCount) }

    package var text: String { Base64URL.encode(bytes) }

    /// The key that `init` left in the directory: `nil` when it was moved away.
    ///
    /// - Throws: `keys` when others than the owner may read it.
    package static func left(in folder: SmallFiles) throws -> KeyEncryptionKey? {
        guard let file = try folder.read(fileName) else { return nil }
        guard try !folder.isOpenToOthers(fileName) else {
            throw LedgerFault.keys("keys/kek can be read by others; run: chmod 600 keys/kek")
        }
        return try KeyEncryptionKey(String(decoding: file, as: UTF8.self))
    }
}
