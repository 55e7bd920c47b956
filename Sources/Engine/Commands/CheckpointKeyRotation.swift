package import EventLog
import Identity
import OpenSSL
import Storage
import Wire

extension Instance {
    /// Lets a new key sign checkpoints beside the present one, and retires what an earlier rotation replaced.
    ///
    /// Both sign until the next rotation, so whoever trusts the old key can follow to the new. A checkpoint with both
    /// lines is anchored when this returns.
    ///
    /// - Returns: the keys that sign now, the oldest first.
    package func rotateCheckpointKey() async throws -> [VerifierKey] {
        let present = try checkpointKeys()
        let signer = try Ed25519Key(seed: world.random(Ed25519Key.seedBytes))
        let verifier = VerifierKey(name: identity.origin, publicKey: signer.publicKey)
        keys.stage(KeyName.checkpoint(CheckpointKeys.stream(verifier)), signer.seed)
        let replaced = present.verifiers.dropLast()
        let events =
            [Self.event(.checkpointKeyCreated, verifier)] + replaced.map { Self.event(.checkpointKeyRetired, $0) }
        _ = try await perform(RecordEvents(events), by: .system)
        let now = try checkpointKeys()
        try notary.sign(with: now.signers(keys))
        return now.verifiers
    }

    private func checkpointKeys() throws -> CheckpointKeys {
        try tables.environment.read { try CheckpointKeys(identity: identity, tables: tables, $0) }
    }

    private static func event(_ type: EventType, _ key: VerifierKey) -> Event {
        Event(
            type,
            chain: .platform,
            stream: CheckpointKeys.stream(key),
            data: ["verifier_key": .string(key.description)]
        )
    }
}
