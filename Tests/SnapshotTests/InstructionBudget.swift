import Testing
import Wire

/// How many instructions pieces of work take, and what besides the source decides it.
struct InstructionBudget: Equatable {
    static let works = ["token", "patch", "list"]
    /// Two runs on one machine differ by less than a thousandth part of it.
    static let percentMax = 5
    /// Where another compiler, library or processor is at work, only what is out of proportion tells anything.
    static let percentMaxElsewhere = 50

    /// In the order of ``works``.
    let counts: [Int]
    let countedWith: JSON

    init(_ counts: [Int], countedWith: JSON) {
        self.counts = counts
        self.countedWith = countedWith
    }

    init(file: [UInt8]) throws {
        let file = try JSON.parse(file)
        counts = try Self.works.map { work in
            guard case .integer(let count)? = file["instructions"]?[work] else {
                throw Malformed("no instructions of a \(work)", at: 0)
            }
            return Int(count)
        }
        countedWith = file["counted_with"] ?? .null
    }

    /// In thousands: what is below is chance, and none of it belongs into a diff.
    var text: String {
        let counts = counts.map { JSON.integer(Int64(($0 + 500) / 1_000 * 1_000)) }
        let file: JSON = [
            "instructions": .object(Members(Array(zip(Self.works, counts)))), "counted_with": countedWith,
        ]
        return IndentedJSON(file.compact).text
    }

    /// What is wrong with counts that were made now; fewer want to be recorded as much as more.
    func complaints(of found: InstructionBudget) -> [String] {
        let percentMax = found.countedWith == countedWith ? Self.percentMax : Self.percentMaxElsewhere
        return Self.works.indices.compactMap { work in
            let (budget, count) = (counts[work], found.counts[work])
            guard abs(count - budget) * 100 > budget * percentMax else { return nil }
            return "a \(Self.works[work]) takes \(count) instructions, and \(budget) ± \(percentMax) % are its budget"
        }
    }
}

/// Counting is one thing, complaining another: this is the other.
struct InstructionBudgetTests {
    private static let budget = InstructionBudget([100_000, 200_000, 300_000], countedWith: ["swift": "6.3"])

    @Test(arguments: [
        ([105_000, 190_000, 285_000], "6.3", []), ([105_001, 200_000, 300_000], "6.3", ["token"]),
        ([94_999, 200_000, 300_000], "6.3", ["token"]), ([100_000, 210_001, 300_000], "6.3", ["patch"]),
        ([100_000, 200_000, 315_001], "6.3", ["list"]), ([1, 1, 1], "6.3", ["token", "patch", "list"]),
        ([150_000, 100_000, 300_000], "6.4", []), ([150_001, 200_000, 300_000], "6.4", ["token"]),
        ([100_000, 99_999, 300_000], "6.4", ["patch"]),
    ])
    func `counts that leave the budget are named`(_ counts: [Int], _ swift: String, _ works: [String]) {
        let found = InstructionBudget(counts, countedWith: ["swift": .string(swift)])
        let complaints = Self.budget.complaints(of: found)
        #expect(complaints.count == works.count)
        for (complaint, work) in zip(complaints, works) { #expect(complaint.hasPrefix("a \(work) takes ")) }
    }

    @Test func `a budget is read as it was written`() throws {
        #expect(try InstructionBudget(file: Array(Self.budget.text.utf8)) == Self.budget)
        #expect(throws: Malformed.self) { try InstructionBudget(file: Array(#"{"instructions":{"token":1}}"#.utf8)) }
    }
}
