import Endpoints
import Engine
import EventLog
import Testing

/// The first days of a platform: everything that the product writes by itself today happens in them.
struct Scenario {
    static let seed: UInt64 = 20_261_120

    let ground: Ground
    /// The ledger after the last close, to read from.
    let instance: Instance
    /// A checkpoint that hands trust from the first checkpoint key to its successor, and the last one.
    let notes: [SignedNote]
    /// A data key that a later erasure may destroy, for nothing is sealed under it any more.
    let finishedKey: String

    init() async throws {
        ground = try Ground(seed: Self.seed)
        let first = try await ground.open()
        try await first.signIn(ground.service)
        var platform = try await first.buildPlatform()
        try await first.useTokens(of: &platform)
        try await first.replaceKeys()
        try await first.readAround(platform)
        try await first.meetRefusals(platform)
        try await first.liveEveryKind(in: platform.tenants[2], of: platform.msp)
        try await first.liveAKey(in: platform.tenants[2])
        try await first.drawEveryRelation(in: platform.tenants[2], of: platform.msp)
        try await first.meetTrouble()
        finishedKey = try await first.takeDown(platform)
        try await first.close()
        ground.clock.pass(microseconds: 86_400_000_000)
        let handover = try await Self.replaceCheckpointKeys(ground)
        // The machine comes up with a clock that is two hours late, and its operator says that it is right.
        ground.clock.stepWall(microseconds: -7_200_000_000)
        let third = try await ground.open(acceptsClock: true)
        _ = try await third.instance.acceptClock()
        try await third.signIn(ground.service)
        try await third.admin(.delete, "/partners/\(platform.msp)", query: "cascade=true&preview=true")
        try await third.readPast(at: platform)
        try await third.close()
        instance = third.instance
        notes = [handover, try #require(third.instance.checkpoint)]
    }

    /// The next run: the first rotation lets two keys sign, the second retires the older one.
    private static func replaceCheckpointKeys(_ ground: Ground) async throws -> SignedNote {
        let second = try await ground.open()
        for _ in 0..<3 { try await second.token(ground.service, at: "/api/v1/platform/oauth/token") }
        _ = try await second.instance.rotateCheckpointKey()
        let handover = try #require(second.instance.checkpoint)
        _ = try await second.instance.rotateCheckpointKey()
        try await second.close()
        return handover
    }

    var size: UInt64 { instance.status.size }

    /// Every entry, exactly as stored.
    func lines() throws -> [[UInt8]] {
        try (0..<size).map { index in try #require(try instance.storedEntry(at: index)) }
    }
}

/// What was made on the first day.
struct Platform {
    var msp: String
    var reseller: String
    var tenants: [String]
    /// One application of each level, and a public one.
    var global: Client
    var partner: Client
    var tenant: Client
    var spa: Client
}
