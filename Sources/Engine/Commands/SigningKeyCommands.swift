import EventLog
package import Identity
package import OpenSSL
import Views
import Wire

/// Lets the next signing key take over, and publishes a new next.
package struct RotateSigningKey: Command {
    let new: SigningKey.New

    package func decide(_ room: Room) throws -> [Event] {
        try SigningKey.rotate(to: new, now: room.now, by: room.caller.authority, facts: room.facts)
    }

    package func output(_ room: Room) throws -> [Versioned<SigningKey>] {
        try room.facts.members(SigningKey.self, of: .all, limit: 1_000)
    }
}

/// Takes a leaked signing key out of use at once.
package struct RevokeSigningKey: Command {
    let id: SigningKeyID
    let replacement: SigningKey.New

    package func decide(_ room: Room) throws -> [Event] {
        try SigningKey.revoke(
            id, replacement: replacement, now: room.now, by: room.caller.authority, facts: room.facts)
    }

    package func output(_ room: Room) throws -> [Versioned<SigningKey>] {
        try room.facts.members(SigningKey.self, of: .all, limit: 1_000)
    }
}

extension Instance {
    package func rotateSigningKey(
        algorithm: SigningAlgorithm? = nil, by caller: Caller,
    ) async throws -> Receipt<[Versioned<SigningKey>]> {
        let new = try stageSigningKey(algorithm ?? currentAlgorithm)
        return try await perform(RotateSigningKey(new: new), by: caller)
    }

    package func revokeSigningKey(
        _ id: SigningKeyID, by caller: Caller,
    ) async throws -> Receipt<[Versioned<SigningKey>]> {
        let replacement = try stageSigningKey(currentAlgorithm)
        return try await perform(RevokeSigningKey(id: id, replacement: replacement), by: caller)
    }

    /// Rotates when the configuration names another algorithm than the current key has.
    func useAlgorithm(_ algorithm: SigningAlgorithm) async throws {
        guard currentAlgorithm != algorithm else { return }
        _ = try await rotateSigningKey(algorithm: algorithm, by: .system)
    }

    package var currentAlgorithm: SigningAlgorithm {
        (keyRing.current?.key.algorithm).flatMap(SigningAlgorithm.init(rawValue:)) ?? .RS256
    }

    /// Makes a key pair, off the writer's thread; its private half is durable before the entry that names it.
    private func stageSigningKey(_ algorithm: SigningAlgorithm) throws -> SigningKey.New {
        try SigningKeyMaker.make(algorithm, keys: keys, world: world)
    }
}

/// Makes signing keys: the pair, its place in the key store, and what the entry says of it.
enum SigningKeyMaker {
    static func make(_ algorithm: SigningAlgorithm, keys: KeyStore, world: World) throws -> SigningKey.New {
        let pair = try TokenKey.generate(algorithm)
        let id = SigningKeyID(random: world.random(SigningKeyID.randomBytes))
        keys.stage(KeyName.signing(id.text), pair.pkcs8)
        return SigningKey.New(id: id, algorithm: algorithm.rawValue, jwk: KeyRing.jwk(of: pair))
    }
}
