import Identity
import Testing
import Wire

/// The life of signing keys, over so many rotations that nothing about them may grow for ever.
struct SigningKeyTests {
    private static let now = Instant(seconds: 1_790_000_000)
    private static let fresh = (first: key("fresh"), second: key("spare"))

    private static func key(_ name: String) -> SigningKey.New {
        SigningKey.New(id: .named(name), algorithm: "EdDSA", jwk: "{}")
    }

    /// A current key and a next one, behind so many that retired so long ago.
    private static func facts(retired: Int, secondsAgo: Int64) -> FactsTable {
        let facts = FactsTable()
        for number in 0..<retired {
            var key = SigningKey()
            key.algorithm = "EdDSA"
            key.stage = .retired
            key.retiredAt = now.adding(seconds: -secondsAgo).text
            facts.set(SigningKeyID.named("old\(number)"), key)
        }
        for stage in [SigningKey.Stage.current, .next] {
            var key = SigningKey()
            key.algorithm = "EdDSA"
            key.stage = stage
            facts.set(SigningKeyID.named(stage.rawValue), key)
        }
        return facts
    }

    private static func rotate(_ facts: FactsTable) throws -> [Event] {
        try SigningKey.rotate(to: fresh, now: now, by: .operatorAtTheMachine, facts: facts)
    }

    @Test func `behind any number of retired keys the current one and the next are found`() throws {
        let facts = Self.facts(retired: SigningKey.livingMax + 100, secondsAgo: 60)
        let known = try SigningKey.known(facts)
        #expect(known.suffix(2).map(\.id.text) == ["snk_current", "snk_next"])
        #expect(known.map(\.createdIndex) == known.map(\.createdIndex).sorted())
    }

    @Test func `a rotation ends the keys that no token can still need, and no others`() throws {
        let day = Application.tokenLifetimeSeconds.upperBound
        let over = try Self.rotate(Self.facts(retired: 3, secondsAgo: day + SigningKey.clockSkewSeconds))
        #expect(
            over.filter { $0.type == SigningKey.entry(.revoked) }.map(\.stream) == ["snk_old0", "snk_old1", "snk_old2"]
        )
        let wanted = try Self.rotate(Self.facts(retired: 3, secondsAgo: day))
        for events in [over.filter { $0.type != SigningKey.entry(.revoked) }, wanted] {
            #expect(
                events.map(\.type) == [
                    SigningKey.entry(.updated), SigningKey.entry(.updated), SigningKey.entry(.created),
                ]
            )
            #expect(events.map(\.stream) == ["snk_current", "snk_next", "snk_fresh"])
        }
    }

    @Test func `a thousand retired keys still in use stop rotations, and no revocation`() throws {
        let facts = Self.facts(retired: SigningKey.livingMax, secondsAgo: 60)
        #expect(DecisionTests.code { try Self.rotate(facts) } == "max_signing_keys_reached")
        let revoked = DecisionTests.code {
            try SigningKey.revoke(
                .named("current"),
                fresh: Self.fresh,
                now: Self.now,
                by: .operatorAtTheMachine,
                facts: facts
            )
        }
        #expect(revoked == "signing_key.updated signing_key.created signing_key.revoked")
    }
}
