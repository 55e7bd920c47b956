package import OpenSSL
package import Storage
import Wire

/// Which keys sign checkpoints now: genesis' own, and those that entries brought and have not retired.
package struct CheckpointKeys: Sendable {
    /// A key keeps the stream that it was created with: a fork changes its id, not its life.
    package let streams: [String]
    /// Named as their entries name them.
    package let verifiers: [VerifierKey]
    private var lives: [Life]

    private struct Life {
        let stream: String
        let key: VerifierKey
        /// The key is in use for sizes beyond this index.
        let from: UInt64
        /// It is no longer in use for sizes beyond this one.
        let until: UInt64?
    }

    /// The stream of a checkpoint key: `cpk_` and its id in hex.
    package static func stream(_ key: VerifierKey) -> String { "cpk_" + Hex.encode(key.id) }

    /// Reads the streams of checkpoint keys; there are as many as there were rotations.
    package init(
        identity: LedgerIdentity,
        tables: LedgerTables,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws {
        let first = Life(
            stream: Self.stream(identity.verifierKey),
            key: identity.verifierKey,
            from: 0,
            until: nil
        )
        lives = [first]
        for entry in try tables.lastEntries(ofStreams: "cpk_", reader) {
            do throws(Malformed) {
                guard let life = try Self.life(in: entry) else { continue }
                lives.removeAll { $0.stream.bytesEqual(life.stream) }
                lives.append(life)
            } catch {
                throw LedgerFault.damaged(index: entry.index, "\(error)")
            }
        }
        let present = lives.filter { $0.until == nil }
        streams = present.map(\.stream)
        verifiers = present.map(\.key)
    }

    /// The keys in use under the name that checkpoints have now.
    package func verifiers(named origin: String) -> [VerifierKey] {
        verifiers.map { VerifierKey(name: origin, publicKey: $0.publicKey) }
    }

    /// The keys that may have signed a checkpoint of that size: those not yet retired in it count too, for a process
    /// may end between the entry that retires a key and the next checkpoint.
    package func verifiers(at size: UInt64) -> [VerifierKey] {
        lives.filter { $0.from < size && ($0.until.map { $0 >= size } ?? true) }.map(\.key)
    }

    /// The last entry of a stream tells the key's life: of a retired one its beginning is no longer asked for.
    private static func life(in entry: Entry) throws(Malformed) -> Life? {
        guard let stream = entry.stream, let text = entry.data["verifier_key"]?.text else { return nil }
        let key = try VerifierKey(text)
        if entry.type == OwnType.checkpointKeyCreated.rawValue {
            return Life(stream: stream, key: key, from: entry.index, until: nil)
        }
        guard entry.type == OwnType.checkpointKeyRetired.rawValue else { return nil }
        return Life(stream: stream, key: key, from: 0, until: entry.index)
    }

    /// The private halves, from the key store; a missing one leaves the ledger unable to sign.
    package func signers(_ keys: KeyStore) throws -> [Ed25519Key] {
        var signers: [Ed25519Key] = []
        for stream in streams {
            guard let seed = try keys.key(KeyName.checkpoint(stream)) else {
                throw LedgerFault.keys(
                    "the checkpoint key \(stream) is not in the key store; put it back with: muniment keys restore FILE"
                )
            }
            signers.append(try Ed25519Key(seed: seed))
        }
        return signers
    }
}
