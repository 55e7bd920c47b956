import EventLog
import Storage
import Testing
import Wire

/// An answer is found again for a day, in the newest file that holds it, whatever became of the other files.
struct AnswerStoreTests {
    static let start = Instant(seconds: 1_800_000_000)
    static let day = AnswerStore.lifetimeSeconds

    let place: Place

    init() throws { place = try Place(.simulated) }

    private func store() throws -> AnswerStore { try AnswerStore(folder: try place.folder("answers")) }

    private func files() throws -> [String] { try place.folder("answers").list() }

    private func keep(_ id: String, _ answer: [UInt8], _ store: AnswerStore, after seconds: Int64 = 0) throws {
        store.stage(id, answer)
        try store.flush(now: Self.start.adding(seconds: seconds))
    }

    @Test func `the newest answer is found, in the run that kept it and in the next`() throws {
        let first = try store()
        // Twelve of one second: by name, the eleventh comes before the third.
        for number in 0..<12 { try keep("a", [UInt8(number)], first) }
        try keep("b", [77], first, after: 1)
        #expect(first.answer("a") == [11])
        let next = try store()
        #expect(next.answer("a") == [11] && next.answer("b") == [77] && next.answer("c") == nil)
    }

    @Test func `what is about to be kept comes before what was kept`() throws {
        let store = try store()
        try keep("a", [1], store)
        store.stage("a", [2])
        #expect(store.answer("a") == [2])
        store.discardStaged()
        #expect(store.answer("a") == [1])
    }

    @Test func `a start within the same second overwrites nothing`() throws {
        try keep("a", [1], try store())
        try keep("b", [2], try store())
        let last = try store()
        #expect(last.answer("a") == [1] && last.answer("b") == [2])
        #expect(try files() == ["1800000000-0", "1800000000-1"])
    }

    @Test func `a damaged file costs its own answers and no start`() throws {
        let first = try store()
        for (number, id) in ["a", "b", "c"].enumerated() { try keep(id, [UInt8(number)], first) }
        try place.folder("answers").write("1800000000-1", [0xFF, 0x00])
        let next = try store()
        #expect(next.answer("a") == [0] && next.answer("b") == nil && next.answer("c") == [2])
    }

    @Test(arguments: [false, true])
    func `an answer goes after a day, but for one that was given anew`(isRestarted: Bool) throws {
        var store = try store()
        try keep("a", [1], store)
        try keep("b", [2], store)
        try keep("a", [3], store, after: Self.day)
        if isRestarted { store = try self.store() }
        #expect(store.sweep(now: Self.start.adding(seconds: Self.day + 1)) == nil)
        #expect(store.answer("a") == [3] && store.answer("b") == nil)
        #expect(try files() == ["1800086400-2"])
    }

    @Test func `a sweep takes a few files, the oldest first`() throws {
        let store = try store()
        for number in 0..<40 { try keep("id\(number)", [UInt8(number)], store, after: Int64(number)) }
        let later = Self.start.adding(seconds: Self.day + 100)
        store.sweep(now: later)
        #expect(try files().count == 40 - AnswerStore.filesPerSweepMax)
        #expect(store.answer("id31") == nil && store.answer("id32") == [32])
        store.sweep(now: later)
        #expect(try files() == [])
    }

    @Test func `a file that cannot be removed is told of and left to the next start`() throws {
        let store = try store()
        try keep("a", [1], store)
        try keep("b", [2], store)
        place.disk.plan(.denied, at: place.disk.operations + 1)
        let later = Self.start.adding(seconds: Self.day + 1)
        #expect(store.sweep(now: later) != nil)
        #expect(try files() == ["1800000000-0"])
        #expect(try self.store().sweep(now: later) == nil)
        #expect(try files() == [])
    }
}
