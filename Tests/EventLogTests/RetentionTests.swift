import EventLog
import OpenSSL
import Storage
import Testing
import Wire

/// What retention leaves in the place of entries is accepted where an entry covers it, and nowhere else.
struct RetentionTests {
    /// Tokens at 1 to 10 in `platform`, and a `retention.applied` at 11 for the first `count` of them.
    static func ledger(_ count: UInt64 = 6, _ change: (inout Members) -> Void = { _ in }) throws -> ForgedLedger {
        var ledger = try ForgedLedger()
        var leaf: Digest?
        for number in 1...10 as ClosedRange<UInt64> {
            try ledger.add(TestLedger.tokenIssued(Int(number)))
            if number == count { leaf = ledger.leaf("platform", .activity) }
        }
        var data: Members = [
            "before_sequence": .integer(Int64(count)), "chain": "platform", "count": .integer(Int64(count)),
            "counters": [:], "first_index": 1, "last_index": .integer(Int64(count)),
            "last_leaf": .string(Base64URL.encode((leaf ?? .zero).bytes)),
        ]
        change(&data)
        try ledger.add(PendingEntry(type: "retention.applied", class: .state, data: data))
        try ledger.add(TestLedger.tokenIssued(12))
        try ledger.sign()
        return ledger
    }

    @Test func `a run may still be there, or be gone whole`() throws {
        let ledger = try Self.ledger()
        #expect(ledger.verify().problems == [])
        for index in 1...6 as ClosedRange<UInt64> { try ledger.remove(index, by: 11) }
        let report = ledger.verify()
        #expect(report.problems == [])
        #expect(report.removed == 6)
        #expect(report.root == ledger.range.root)
        #expect(report.entries == 13)
        let opening = try Opening(tables: ledger.tables, anchor: ledger.anchor)
        #expect(opening.range == ledger.range)
        #expect(try ledger.tables.environment.read { try ledger.tables.entry(3, $0) } == nil)
    }

    @Test func `two runs follow each other`() throws {
        var ledger = try Self.ledger(4)
        let leaf = try ledger.tables.environment.read { try ledger.tables.hash(level: 0, 9, $0) }
        try ledger.add(
            PendingEntry(
                type: "retention.applied",
                class: .state,
                data: [
                    "before_sequence": 9, "chain": "platform", "count": 5, "counters": [:], "first_index": 5,
                    "last_index": 9, "last_leaf": .string(Base64URL.encode(leaf.bytes)),
                ]
            )
        )
        try ledger.sign()
        #expect(ledger.verify().problems == [])
        for index in 1...4 as ClosedRange<UInt64> { try ledger.remove(index, by: 11) }
        #expect(ledger.verify().problems == [])
        for index in 5...9 as ClosedRange<UInt64> { try ledger.remove(index, by: 13) }
        #expect(ledger.verify().problems == [])
    }

    @Test func `a run that is gone in part is told with what announced it`() throws {
        let ledger = try Self.ledger()
        for index in 1...5 as ClosedRange<UInt64> { try ledger.remove(index, by: 11) }
        #expect(ledger.verify().problems.map(\.index) == [11])
    }

    @Test func `a removal in the middle, or of too much, is told`() throws {
        let middle = try Self.ledger()
        try middle.remove(4, by: 11)
        #expect(Set(middle.verify().problems.map(\.index)).isSuperset(of: [4, 11]))
        let more = try Self.ledger()
        for index in 1...7 as ClosedRange<UInt64> { try more.remove(index, by: 11) }
        #expect(more.verify().problems.contains { $0.index == 7 })
    }

    @Test(
        arguments: [
            ("count", 5), ("first_index", 2), ("last_index", 7), ("before_sequence", 7), ("before_sequence", 0),
            ("last_leaf", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), ("chain", "tnt_x"), ("counters", 1),
            ("last_index", 11), ("count", "6"),
        ] as [(String, JSON)],
        [true, false]
    )
    func `what announces it must be right in every member, before and after`(
        _ member: (String, JSON),
        isRemoved: Bool,
    ) throws {
        let ledger = try Self.ledger { $0[member.0] = member.1 }
        if isRemoved {
            for index in 1...6 as ClosedRange<UInt64> { try ledger.remove(index, by: 11) }
        }
        let report = ledger.verify()
        // Entries that are gone are counted where they are said to have been; then their own chain shows the hole.
        let isElsewhere = isRemoved && member.0 == "chain"
        #expect(report.problems.contains { $0.index == (isElsewhere ? 7 : 11) }, "\(report.problems)")
    }
}
