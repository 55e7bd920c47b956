package import OpenSSL
import Wire

/// What a ledger is called for ever, from its first entry.
package struct LedgerIdentity: Sendable, Equatable {
    /// 16 random bytes.
    package let id: [UInt8]
    /// `<host[:port] at init>/ledger/<id>`: the name in its checkpoints.
    package let origin: String
    package let verifierKey: VerifierKey
    /// The id of the first MAC key.
    package let secretKey: String
    package let keyCheck: Digest

    package init(id: [UInt8], origin: String, verifierKey: VerifierKey, secretKey: String, keyCheck: Digest) {
        self.id = id
        self.origin = origin
        self.verifierKey = verifierKey
        self.secretKey = secretKey
        self.keyCheck = keyCheck
    }

    package init(genesis: Entry) throws {
        let data = MemberReader(genesis.data)
        guard genesis.type == "ledger.created", genesis.index == 0 else {
            throw LedgerFault.damaged(index: 0, "the first entry is not ledger.created")
        }
        do throws(Malformed) {
            self.init(
                id: try Base64URL.decode(try data.text("ledger")),
                origin: try data.text("origin"),
                verifierKey: try VerifierKey(try data.text("verifier_key")),
                secretKey: try data.text("secret_key"),
                keyCheck: try data.digest("key_check"),
            )
        } catch {
            throw LedgerFault.damaged(index: 0, "\(error)")
        }
    }

    /// The name in the checkpoints that are longer than the index of a fork, from then on.
    package func origin(afterForkAt index: UInt64) -> String { "\(origin)/\(index)" }

    /// The index of the fork that gave a checkpoint its name; `nil` where no fork of this ledger did.
    package func fork(named origin: String) -> UInt64? {
        guard let last = origin.split(separator: "/").last, let index = UInt64(last) else { return nil }
        return self.origin(afterForkAt: index).bytesEqual(origin) ? index : nil
    }

    /// The first entry of a ledger.
    package func genesis(software: String) -> PendingEntry {
        PendingEntry(
            type: "ledger.created",
            class: .state,
            data: [
                "format": .string(Base64URL.encode(LedgerFormat.pageDigest.bytes)),
                "hash": "sha256",
                "key_check": .string(Base64URL.encode(keyCheck.bytes)),
                "ledger": .string(Base64URL.encode(id)),
                "origin": .string(origin),
                "secret_key": .string(secretKey),
                "software": .string(software),
                "verifier_key": .string(verifierKey.description),
            ]
        )
    }
}
