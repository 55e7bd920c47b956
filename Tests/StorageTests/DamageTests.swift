import Storage
import Synchronization
import Testing

/// What happens to a simulated disk behind the back of whoever uses it, and what outlives a process.
struct DamageTests {
    private static let rows = ["a": "one", "b": "two", "c": "three"]

    @Test func `a flipped bit changes one row by one bit, for good`() throws {
        let disk = SimulatedDisk(seed: 11)
        try Self.fill(disk)
        let done = try #require(disk.damage(.flippedBit, environment: "ledger"))
        #expect(done.contains("entries"))
        for _ in 0..<2 {
            let found = try Self.found(disk)
            let changed = Self.rows.filter { found[$0.key] != Array($0.value.utf8) }
            let (key, value) = try #require(changed.first)
            #expect(changed.count == 1)
            let bits = zip(value.utf8, found[key] ?? []).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }
            #expect(bits == 1)
            disk.crash()
        }
    }

    @Test func `a misdirected write puts one value in the place of another`() throws {
        let disk = SimulatedDisk(seed: 12)
        try Self.fill(disk)
        #expect(disk.damage(.misdirectedWrite, environment: "ledger") != nil)
        let found = try Self.found(disk)
        #expect(found.count == 3)
        #expect(Set(found.values).count == 2)
    }

    @Test func `a row that is put back is as it was when rows were remembered`() throws {
        let disk = SimulatedDisk(seed: 19)
        try Self.fill(disk)
        disk.rememberRows()
        #expect(disk.putBackRow(environment: "ledger") == nil, "nothing has changed since")
        #expect(disk.damage(.flippedBit, environment: "ledger") != nil)
        #expect(disk.putBackRow(environment: "ledger")?.contains("entries") == true)
        #expect(try Self.found(disk) == Self.rows.mapValues { Array($0.utf8) })
    }

    @Test func `a row that vanishes leaves the others as they are`() throws {
        let disk = SimulatedDisk(seed: 18)
        try Self.fill(disk)
        #expect(disk.damage(.vanished, environment: "ledger") != nil)
        let found = try Self.found(disk)
        #expect(found.count == 2)
        #expect(found.allSatisfy { Self.rows[$0.key].map { Array($0.utf8) } == $0.value })
    }

    @Test(arguments: Damage.allCases) func `a damaged file is another one`(damage: Damage) throws {
        let disk = SimulatedDisk(seed: 13)
        let before = try SmallFiles(simulated: disk, prefix: "keys")
        try before.write("a", [1, 2, 3])
        try before.write("b", [4, 5, 6])
        #expect(disk.damage(damage, folder: "keys") != nil)
        let after = [try before.read("a"), try before.read("b")]
        #expect(after != [[1, 2, 3], [4, 5, 6]])
        #expect(after.contains([1, 2, 3]) || after.contains([4, 5, 6]))
    }

    @Test func `where nothing lies nothing is damaged`() {
        let disk = SimulatedDisk(seed: 14)
        #expect(disk.damage(.flippedBit, environment: "ledger") == nil)
        #expect(disk.damage(.misdirectedWrite, folder: "keys") == nil)
    }

    @Test func `a killed process has written what it wrote, and writes no more`() throws {
        let disk = SimulatedDisk(seed: 15)
        let options = Environment.Options(sync: .none)
        let environment = try Environment(simulated: disk, name: "views", options: options)
        let table = try environment.table("rows")
        try environment.write(table, Self.rows)
        disk.endProcesses()
        #expect(throws: StorageError.self) { try environment.write(table, ["d": "four"]) }
        let again = try Environment(simulated: disk, name: "views", options: options)
        for (key, value) in Self.rows { #expect(try again.text(again.table("rows"), key) == value) }
    }

    @Test func `a planned fault that is taken back never comes`() throws {
        let disk = SimulatedDisk(seed: 16)
        disk.plan(.denied, at: 1)
        disk.forgetPlan()
        try Self.fill(disk)
        #expect(disk.faultsMet.isEmpty)
    }

    @Test func `others may look on before each operation`() throws {
        let disk = SimulatedDisk(seed: 17)
        try Self.fill(disk)
        let operations = disk.operations
        let looks = Looks()
        disk.beforeEachOperation { looks.add() }
        try Self.fill(disk)
        #expect(looks.count == disk.operations - operations)
        disk.beforeEachOperation(nil)
        try Self.fill(disk)
        #expect(looks.count < disk.operations - operations)
    }

    private static func fill(_ disk: SimulatedDisk) throws {
        let environment = try Environment(simulated: disk, name: "ledger")
        try environment.write(environment.table("entries"), rows)
    }

    private static func found(_ disk: SimulatedDisk) throws -> [String: [UInt8]] {
        let environment = try Environment(simulated: disk, name: "ledger")
        let table = try environment.table("entries")
        var found: [String: [UInt8]] = [:]
        try environment.read { (reader) throws(StorageError) in
            for key in rows.keys { found[key] = try reader.get(table, Array(key.utf8)) }
        }
        return found
    }
}

/// How often somebody looked.
private final class Looks: Sendable {
    private let number = Mutex(0)

    var count: Int { number.withLock { $0 } }
    func add() { number.withLock { $0 += 1 } }
}
