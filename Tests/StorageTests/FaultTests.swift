import Storage
import Testing

/// The simulated disk does to an environment and to files what the kinds of faults say, and a crash shows it.
struct FaultTests {
    struct CommitCase: CustomTestStringConvertible, Sendable {
        let fault: Fault
        /// The kind that the commit reports; nil when it reports success.
        let reported: StorageError.Kind?
        /// The kind that the next read reports, before any crash.
        let next: StorageError.Kind?
        let isVisible: Bool
        let isKept: Bool

        var testDescription: String { "\(fault)" }
    }

    static let commits = [
        CommitCase(fault: .lost, reported: nil, next: nil, isVisible: true, isKept: false),
        CommitCase(fault: .torn, reported: nil, next: nil, isVisible: true, isKept: false),
        CommitCase(fault: .denied, reported: .io, next: nil, isVisible: false, isKept: false),
        CommitCase(fault: .keptButDenied, reported: .io, next: .panic, isVisible: false, isKept: true),
        CommitCase(fault: .full, reported: .full, next: nil, isVisible: false, isKept: false),
        CommitCase(fault: .mapFull, reported: .mapFull, next: nil, isVisible: false, isKept: false),
        CommitCase(fault: .powerCut, reported: .io, next: .io, isVisible: false, isKept: false),
    ]

    @Test func `every fault has its row`() {
        #expect(Self.commits.map(\.fault) == Fault.allCases)
    }

    @Test(arguments: commits)
    func `a commit fails as planned`(commit: CommitCase) throws {
        let disk = SimulatedDisk(seed: 1)
        do {
            let environment = try Environment(simulated: disk, name: "ledger")
            let table = try environment.table("entries")
            try environment.write(table, ["a": "1"])
            disk.plan(commit.fault, at: disk.operations + 1)
            #expect(refusal { try environment.write(table, ["b": "2"]) } == commit.reported)
            #expect(disk.faultsMet.map(\.fault) == [commit.fault])
            #expect(refusal { _ = try environment.text(table, "a") } == commit.next)
            if commit.next == nil { #expect(try environment.text(table, "b") == (commit.isVisible ? "2" : nil)) }
        }
        disk.crash()
        let environment = try Environment(simulated: disk, name: "ledger")
        let table = try environment.table("entries")
        #expect(try environment.text(table, "a") == "1")
        #expect(try environment.text(table, "b") == (commit.isKept ? "2" : nil))
        try environment.write(table, ["c": "3"])
        disk.crash()
        let again = try Environment(simulated: disk, name: "ledger")
        #expect(try again.text(again.table("entries"), "c") == "3", "The faults end with the crash.")
    }

    @Test func `an environment that panicked is whole when opened again`() throws {
        let disk = SimulatedDisk(seed: 1)
        let environment = try Environment(simulated: disk, name: "ledger")
        let table = try environment.table("entries")
        disk.plan(.keptButDenied, at: disk.operations + 1)
        #expect(refusal { try environment.write(table, ["a": "1"]) } == .io)
        #expect(refusal { _ = try environment.beginWrite() } == .panic)
        let again = try Environment(simulated: disk, name: "ledger")
        #expect(try again.text(table, "a") == "1")
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `unsynced commits survive a crash up to some point, synced ones all`(seed: UInt64) throws {
        let disk = SimulatedDisk(seed: seed)
        let options = Environment.Options(sync: .none)
        do {
            let environment = try Environment(simulated: disk, name: "views", options: options)
            let table = try environment.table("entries")
            try environment.write(table, ["0": ""])
            try environment.sync()
            for number in 1...9 { try environment.write(table, ["\(number)": ""]) }
        }
        disk.crash()
        let environment = try Environment(simulated: disk, name: "views", options: options)
        let table = try environment.table("entries")
        let keys = try environment.keys(table)
        #expect(!keys.isEmpty)
        #expect(keys == (0..<keys.count).map { "\($0)" }, "seed \(seed): \(keys)")
    }

    @Test func `unsynced commits survive to different lengths`() throws {
        var lengths: Set<Int> = []
        for seed in 1...60 as ClosedRange<UInt64> {
            let disk = SimulatedDisk(seed: seed)
            let environment = try Environment(simulated: disk, name: "views", options: .init(sync: .none))
            let table = try environment.table("entries")
            try environment.sync()
            for number in 1...3 { try environment.write(table, ["\(number)": ""]) }
            disk.crash()
            let again = try Environment(simulated: disk, name: "views", options: .init(sync: .none))
            lengths.insert(try again.count(table))
        }
        #expect(lengths == [0, 1, 2, 3])
    }

    @Test func `what was opened before a crash refuses everything after it`() throws {
        let disk = SimulatedDisk(seed: 1)
        let environment = try Environment(simulated: disk, name: "ledger")
        let table = try environment.table("entries")
        let files = try SmallFiles(simulated: disk, prefix: "keys")
        var write = try environment.beginWrite()
        try write.put(table, [1], [])
        disk.crash()
        #expect(refusal { _ = try environment.text(table, "a") } == .io)
        #expect(refusal { _ = try files.list() } == .io)
        #expect(refusal(ofCommitting: write) == .io)
        let again = try Environment(simulated: disk, name: "ledger")
        #expect(try again.count(table) == 0)
    }

    /// Whatever single fault an honest disk has, a small file is wholly old or wholly new after the crash, and new when
    /// the write returned.
    ///
    /// A disk that lies (lost, torn) can break that, which the reader's checksum must notice.
    @Test(arguments: Fault.allCases, 1...20 as ClosedRange<UInt64>)
    func `a small file is wholly old or wholly new, whichever operation fails`(fault: Fault, seed: UInt64) throws {
        let (old, new): ([UInt8], [UInt8]) = ([1, 1, 1, 1], [2, 2, 2, 2, 2, 2])
        var sweeps = 0
        while true {
            let disk = SimulatedDisk(seed: seed)
            let files = try SmallFiles(simulated: disk, prefix: "keys")
            try files.write("key", old)
            sweeps += 1
            disk.plan(fault, at: disk.operations + sweeps)
            let reported = refusal { try files.write("key", new) }
            guard !disk.faultsMet.isEmpty else {
                #expect(reported == nil)
                break
            }
            disk.crash()
            let again = try SmallFiles(simulated: disk, prefix: "keys")
            #expect(try again.list() == ["key"])
            let found = try #require(try again.read("key"))
            switch fault {
            case .denied, .keptButDenied, .full, .mapFull, .powerCut:
                #expect(reported != nil)
                #expect(found == old || found == new, "seed \(seed), \(disk.faultsMet)")
            case .lost:
                #expect(reported == nil)
                #expect(found != new, "seed \(seed), \(disk.faultsMet)")
            case .torn:
                #expect(reported == nil)
                #expect(found == [2, 2, 2] || found == old, "seed \(seed), \(disk.faultsMet)")
            }
        }
        #expect(sweeps == 5, "Writing, syncing, renaming and syncing the folder are four operations.")
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func `without a fault, what was written and removed is so after a crash`(seed: UInt64) throws {
        let disk = SimulatedDisk(seed: seed)
        let files = try SmallFiles(simulated: disk, prefix: "keys")
        try files.write("kept", [1])
        try files.write("gone", [2])
        try files.write("destroyed", [3, 3])
        try files.write("tombstone", [4, 4, 4])
        try files.remove("gone")
        try files.destroy("destroyed")
        try files.overwrite("tombstone", [0])
        try files.write("kept", [5])
        disk.crash()
        let again = try SmallFiles(simulated: disk, prefix: "keys")
        #expect(try again.list() == ["kept", "tombstone"])
        #expect(try again.read("kept") == [5])
        #expect(try again.read("tombstone") == [0])
    }

    @Test(arguments: [Fault.denied, .keptButDenied, .full], 1...3)
    func `what was destroyed at the second attempt does not come back`(_ fault: Fault, operation: Int) throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            let disk = SimulatedDisk(seed: seed)
            let files = try SmallFiles(simulated: disk, prefix: "keys")
            try files.write("key", [1, 2, 3])
            disk.plan(fault, at: disk.operations + operation)
            #expect(throws: StorageError.self) { try files.destroy("key") }
            try files.destroy("key")
            disk.crash()
            #expect(try SmallFiles(simulated: disk, prefix: "keys").list().isEmpty, "seed \(seed)")
        }
    }

    @Test func `an unsynced write leaves old, new or a mixture after a crash`() throws {
        var found: Set<[UInt8]> = []
        for seed in 1...100 as ClosedRange<UInt64> {
            let disk = SimulatedDisk(seed: seed)
            let files = try SmallFiles(simulated: disk, prefix: "anchor")
            try files.write("head", [1, 1])
            try files.writeUnsynced("head", [2, 2])
            disk.crash()
            found.insert(try SmallFiles(simulated: disk, prefix: "anchor").read("head") ?? [])
        }
        #expect(found == [[1, 1], [2, 1], [2, 2]])
    }

    @Test func `the same seed gives the same crash`() throws {
        func outcome(_ seed: UInt64) throws -> [UInt8]? {
            let disk = SimulatedDisk(seed: seed)
            let files = try SmallFiles(simulated: disk, prefix: "anchor")
            try files.write("head", [UInt8](repeating: 0, count: 1000))
            try files.writeUnsynced("head", [UInt8](repeating: 1, count: 1000))
            disk.crash()
            return try SmallFiles(simulated: disk, prefix: "anchor").read("head")
        }
        #expect(try outcome(42) == outcome(42))
        #expect(try outcome(42) != outcome(43))
    }

    @Test func `environments and folders are counted in one row`() throws {
        let disk = SimulatedDisk(seed: 1)
        let environment = try Environment(simulated: disk, name: "ledger")
        let files = try SmallFiles(simulated: disk, prefix: "keys")
        let table = try environment.table("entries")
        #expect(disk.operations == 1)
        try files.write("key", [1])
        #expect(disk.operations == 5)
        try environment.write(table, ["a": "1"])
        #expect(disk.operations == 6)
        _ = try environment.text(table, "a")
        _ = try files.read("key")
        #expect(disk.operations == 6, "Reading changes nothing and is not counted.")
    }
}
