import OpenSSL
package import Wire

/// A text with signature lines under it.
///
/// Source: C2SP `signed-note`.
package struct SignedNote: Sendable, Equatable {
    package struct Signature: Sendable, Equatable {
        package let name: String
        package let keyID: [UInt8]
        package let bytes: [UInt8]

        package init(name: String, keyID: [UInt8], bytes: [UInt8]) {
            self.name = name
            self.keyID = keyID
            self.bytes = bytes
        }
    }

    package static let bytesMax = 64 * 1024
    package static let signaturesMax = 64

    /// The text, its final line feed included.
    package let text: String
    package let signatures: [Signature]

    package init(text: String, signatures: [Signature]) {
        self.text = text
        self.signatures = signatures
    }

    package var encoded: String {
        text + "\n" + signatures.map { "— \($0.name) \(Base64.encode($0.keyID + $0.bytes))\n" }.joined()
    }

    package init(decoding encoded: String) throws(Malformed) {
        let bytes = Array(encoded.utf8)
        guard bytes.count <= Self.bytesMax else { throw Malformed("a note has at most \(Self.bytesMax) bytes", at: 0) }
        // The text ends at the last empty line; what follows are signature lines only.
        var split: Int?
        for position in bytes.indices.dropLast() where bytes[position] == 0x0A && bytes[position + 1] == 0x0A {
            split = position
        }
        guard let split, bytes.last == 0x0A else {
            throw Malformed("a note has an empty line before its signatures", at: 0)
        }
        text = String(decoding: bytes[...split], as: UTF8.self)
        let lines = bytes[(split + 2)...].dropLast().split(separator: 0x0A, omittingEmptySubsequences: false)
        guard (1...Self.signaturesMax).contains(lines.count) else {
            throw Malformed("a note has 1 to \(Self.signaturesMax) signatures", at: split)
        }
        var signatures: [Signature] = []
        for line in lines { signatures.append(try Self.signature(String(decoding: line, as: UTF8.self), at: split)) }
        self.signatures = signatures
    }

    private static func signature(_ line: String, at offset: Int) throws(Malformed) -> Signature {
        let parts = line.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.elementsEqual("—".utf8), !parts[1].isEmpty else {
            throw Malformed("a signature line is — name signature", at: offset)
        }
        let bytes = try Base64.decode(String(parts[2]))
        guard bytes.count > 4 else { throw Malformed("a signature has a key id and bytes", at: offset) }
        return Signature(name: String(parts[1]), keyID: Array(bytes.prefix(4)), bytes: Array(bytes.dropFirst(4)))
    }

    /// Whether a line of this key signs the text.
    package func isSigned(by key: VerifierKey) -> Bool {
        let message = Array(text.utf8)
        return signatures.contains { signature in
            guard signature.name.bytesEqual(key.name), signature.keyID == key.id else { return false }
            switch key.algorithm {
            case .ed25519:
                return Ed25519.verify(signature: signature.bytes, message: message, publicKey: key.publicKey)
            case .cosignature:
                return Self.cosigned(signature.bytes, message, key.publicKey)
            }
        }
    }

    /// C2SP `tlog-cosignature`: `cosignature/v1\ntime <seconds>\n` and the note's text are signed; eight bytes of time
    /// stand before the signature.
    private static func cosigned(_ bytes: [UInt8], _ message: [UInt8], _ publicKey: [UInt8]) -> Bool {
        guard bytes.count == 8 + Ed25519.signatureBytes else { return false }
        let seconds = bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let signed = Array("cosignature/v1\ntime \(seconds)\n".utf8) + message
        return Ed25519.verify(signature: Array(bytes.dropFirst(8)), message: signed, publicKey: publicKey)
    }
}
