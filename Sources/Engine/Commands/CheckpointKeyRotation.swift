package import EventLog
import Identity
import OpenSSL
import Storage
import Wire

/// Lets a new key sign checkpoints beside the present one, and retires what an earlier rotation replaced.
///
/// Both sign until the next rotation, so whoever trusts the old key can follow to the new.
struct RotateCheckpointKey: Command {
    private let identity: LedgerIdentity
    private let origin: String
    private let tables: LedgerTables
    private let seed: [UInt8]
    private let verifier: VerifierKey

    /// The new key is made here, off the writer's thread.
    init(_ instance: Instance) throws {
        let signer = try Ed25519Key(seed: instance.world.random(Ed25519Key.seedBytes))
        (identity, origin, tables) = (instance.identity, instance.origin, instance.tables)
        seed = signer.seed
        verifier = VerifierKey(name: origin, publicKey: signer.publicKey)
    }

    /// A commit has one such command at most.
    ///
    /// It is decided against the keys of committed entries: a second one beside it would retire the same keys again.
    var isBulk: Bool { true }

    var requirement: Requirement { .machine }

    func decide(_ context: DecisionContext) throws -> Decision<Void> {
        let present = try tables.environment.readFromReserve {
            try CheckpointKeys(identity: identity, tables: tables, $0)
        }
        let stream = CheckpointKeys.stream(verifier)
        let retired = zip(present.streams, present.verifiers(named: origin)).dropLast()
        return Decision(
            [Self.event(CheckpointKeySubject.entry(.created), stream, verifier)]
                + retired.map { Self.event(CheckpointKeySubject.entry(.retired), $0, $1) },
            keys: { [seed] in $0.stage(KeyName.checkpoint(stream), seed) }
        )
    }

    private static func event(_ type: EntryType, _ stream: String, _ key: VerifierKey) -> Event {
        Event(
            type,
            chain: .platform,
            stream: stream,
            data: ["verifier_key": .string(key.description)]
        )
    }
}

extension Instance {
    /// Rotates the checkpoint key; a checkpoint with both lines is anchored when this returns.
    ///
    /// - Returns: the keys that sign now, the oldest first.
    package func rotateCheckpointKey() async throws -> [VerifierKey] {
        _ = try await perform(try RotateCheckpointKey(self), by: .system)
        let now = try tables.environment.read { try CheckpointKeys(identity: identity, tables: tables, $0) }
        try notary.sign(with: now.signers(keys))
        return now.verifiers(named: origin)
    }
}
