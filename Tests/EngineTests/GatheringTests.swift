import Engine
import EventLog
import Identity
import OpenID
import Storage
import Testing
import Views
import Wire

/// Refusals and repeated reads leave few entries, however many there are; none goes uncounted.
struct GatheringTests {
    @Test func `T32 a flood of wrong secrets is twenty entries a minute and a sum`() async throws {
        let ground = try Ground(seed: 41)
        let instance = try await ground.open()
        let key = try #require(instance.keyRing.current?.id)
        for _ in 0..<100 {
            let command = try ground.issue(secret: "wrong", macKey: instance.macKey, key: key)
            _ = try? await instance.perform(command, by: Ground.stranger)
        }
        ground.clock.pass(microseconds: 11_000_000)
        _ = try await instance.perform(RecordEvents([]), by: .system)
        let counts = try types(instance)
        #expect(counts["authentication.failed"] == 20)
        #expect(counts["refusals.summarized"] == 1)
        #expect(try summed(instance) == 80)
        try await instance.close()
    }

    @Test func `strangers are only ever summed up`() async throws {
        let ground = try Ground(seed: 42)
        let instance = try await ground.open()
        let key = try #require(instance.keyRing.current?.id)
        for number in 0..<30 {
            let command = IssueToken(
                issuer: .platform,
                proof: ClientProof(clientID: "app_nobody\(number)", secretMAC: "x"),
                scopes: nil,
                resources: [],
                baseURL: try BaseURL(Ground.baseURL),
                signingKey: key
            )
            _ = try? await instance.perform(command, by: Ground.stranger)
        }
        try await instance.close()
        let again = try await ground.open()
        #expect(try types(again)["authentication.failed"] == nil)
        #expect(try summed(again) == 30, "a stop writes the sum that was not due yet")
        try await again.close()
    }

    private func types(_ instance: Instance) throws -> [String: Int] {
        Dictionary(
            uniqueKeysWithValues: try instance.read { try $0.entryCounts() }.map { ($0.type.text, $0.count) }
        )
    }

    private func summed(_ instance: Instance) throws -> Int64 {
        var query = AuditQuery()
        query.types = [RefusalsSubject.entry(.summarized)]
        query.perPage = 100
        return try instance.read { try $0.audit(query).indexes }.reduce(0) { sum, index in
            sum + (try instance.entry(at: index)?.data["count"]?.number ?? 0)
        }
    }
}
