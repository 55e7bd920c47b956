package import OpenSSL
package import Storage
import Wire

/// Which keys sign checkpoints now: genesis' own, and those that entries brought and have not retired.
package struct CheckpointKeys: Sendable {
    package let streams: [String]
    package let verifiers: [VerifierKey]

    /// The stream of a checkpoint key: `cpk_` and its id in hex.
    package static func stream(_ key: VerifierKey) -> String { "cpk_" + Hex.encode(key.id) }

    /// Reads the streams of checkpoint keys; there are as many as there were rotations.
    package init(
        identity: LedgerIdentity, tables: LedgerTables, _ reader: borrowing some TableReader & ~Copyable,
    ) throws {
        let first = (stream: Self.stream(identity.verifierKey), key: identity.verifierKey)
        var lives = [first]
        var last: [UInt64] = []
        try reader.scan(tables.streams, prefix: Array("cpk_".utf8)) { _, row in
            last.append(BigEndian.value(row, at: 8))
            return true
        }
        for index in last.sorted() {
            guard let bytes = try tables.entry(index, reader) else { continue }
            let entry = try Entry(decoding: bytes)
            guard let stream = entry.stream else { continue }
            if entry.type == "checkpoint_key.created", let text = entry.data["verifier_key"]?.text {
                lives.append((stream, try VerifierKey(text)))
            } else if entry.type == "checkpoint_key.retired" {
                lives.removeAll { $0.stream == stream }
            }
        }
        streams = lives.map(\.stream)
        verifiers = lives.map(\.key)
    }

    /// The private halves, from the key store; a missing one leaves the ledger unable to sign.
    package func signers(_ keys: KeyStore) throws -> [Ed25519Key] {
        var signers: [Ed25519Key] = []
        for stream in streams {
            guard let seed = keys.key(KeyName.checkpoint(stream)) else {
                throw LedgerFault.keys("the checkpoint key \(stream) is not in the key store")
            }
            signers.append(try Ed25519Key(seed: seed))
        }
        return signers
    }
}
