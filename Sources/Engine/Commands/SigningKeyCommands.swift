import EventLog
package import Identity
package import OpenSSL
import Views
import Wire

/// Lets the next signing key take over, and publishes a new next.
package struct RotateSigningKey: Command {
    let fresh: FreshSigningKeys

    package var requirement: Requirement { .permission(.writes(SigningKey.self)) }

    package func decide(_ context: DecisionContext) throws -> Decision<[Versioned<SigningKey>]> {
        let events = try SigningKey.rotate(
            to: fresh.pair,
            now: context.wall,
            by: context.authority,
            facts: context.facts
        )
        return Decision(events, keys: fresh.staging(for: events)) { try SigningKey.known($0.facts) }
    }
}

/// Takes a leaked signing key out of use at once.
package struct RevokeSigningKey: Command {
    let id: SigningKeyID
    let fresh: FreshSigningKeys

    package var requirement: Requirement { .permission(.writes(SigningKey.self)) }

    package func decide(_ context: DecisionContext) throws -> Decision<[Versioned<SigningKey>]> {
        let events = try SigningKey.revoke(
            id,
            fresh: fresh.pair,
            now: context.wall,
            by: context.authority,
            facts: context.facts
        )
        return Decision(events, about: id.text, keys: fresh.staging(for: events)) { try SigningKey.known($0.facts) }
    }

    package func refusal(_ rejection: Rejection, _ context: DecisionContext) throws -> RefusalEntry? {
        RefusalEntry(rejection, attempted: context.caller.request.endpoint, target: id.text, caller: context.caller)
    }
}

extension Instance {
    package func rotateSigningKey(
        algorithm: SigningAlgorithm? = nil,
        by caller: Caller,
    ) async throws -> Receipt<[Versioned<SigningKey>]> {
        try await perform(try rotation(algorithm: algorithm), by: caller)
    }

    package func revokeSigningKey(
        _ id: SigningKeyID,
        by caller: Caller,
    ) async throws -> Receipt<[Versioned<SigningKey>]> {
        try await perform(try revocation(of: id), by: caller)
    }

    /// The command that rotates.
    ///
    /// Its key pair is made here, off the writer's thread.
    package func rotation(algorithm: SigningAlgorithm? = nil) throws -> RotateSigningKey {
        RotateSigningKey(fresh: try FreshSigningKeys(algorithm ?? currentAlgorithm, random: world.random))
    }

    package func revocation(of id: SigningKeyID) throws -> RevokeSigningKey {
        RevokeSigningKey(id: id, fresh: try FreshSigningKeys(currentAlgorithm, random: world.random))
    }

    /// Rotates when the configuration names another algorithm than the current key has.
    func useAlgorithm(_ algorithm: SigningAlgorithm) async throws {
        guard currentAlgorithm != algorithm else { return }
        _ = try await rotateSigningKey(algorithm: algorithm, by: .system)
    }

    package var currentAlgorithm: SigningAlgorithm {
        (keyRing.current?.key.algorithm).flatMap(SigningAlgorithm.init(rawValue:)) ?? .RS256
    }
}

/// A signing key about to be: the pair, and what the entry says of it.
struct FreshSigningKey: Sendable {
    let key: SigningKey.New
    private let pkcs8: [UInt8]

    init(_ algorithm: SigningAlgorithm, random: (Int) -> [UInt8]) throws {
        // An Ed25519 key is 32 bytes of the world's dice; keys of the other kinds are found by OpenSSL with its own.
        let pair =
            try algorithm == .EdDSA
            ? TokenKey(ed25519Seed: random(Ed25519Key.seedBytes)) : TokenKey.generate(algorithm)
        let id = SigningKeyID(random: random(SigningKeyID.randomBytes))
        key = SigningKey.New(id: id, algorithm: algorithm.rawValue, jwk: KeyRing.jwk(of: pair))
        pkcs8 = pair.pkcs8
    }

    /// Puts the private half into the key store.
    func stage(in keys: KeyStore) { keys.stage(KeyName.signing(key.id.text), pkcs8) }
}

/// Two key pairs, made before the queue: what a rotation needs at most.
struct FreshSigningKeys: Sendable {
    private let first: FreshSigningKey
    private let second: FreshSigningKey

    init(_ algorithm: SigningAlgorithm, random: (Int) -> [UInt8]) throws {
        first = try FreshSigningKey(algorithm, random: random)
        second = try FreshSigningKey(algorithm, random: random)
    }

    var pair: (first: SigningKey.New, second: SigningKey.New) { (first.key, second.key) }

    /// Stages those that a decision makes use of.
    func staging(for events: [Event]) -> KeyStaging {
        let used = [first, second].filter { fresh in events.contains { $0.stream == fresh.key.id.text } }
        return { keys in
            for fresh in used { fresh.stage(in: keys) }
        }
    }
}
