import Engine
import EventLog
import Foundation
import Identity
import Storage
import Testing
import Views
import Wire

/// Views are derived, and still may be all that tells of a loss: a start neither mistakes them nor leaves them half
/// told.
@Suite(.timeLimit(.minutes(2))) struct ViewsAtStartTests {
    @Test func `views that cannot be opened at this moment are not made anew`() async throws {
        let real = try RealGround(seed: 331)
        defer { real.remove() }
        let views = real.folder + "/views/state"
        try await real.open().close()
        let before = try Machine.fileIdentity(of: views + "/data.mdb")
        // A link to itself: the system refuses to open it, which tells nothing of the data beside it.
        try FileManager.default.removeItem(atPath: views + "/lock.mdb")
        try FileManager.default.createSymbolicLink(atPath: views + "/lock.mdb", withDestinationPath: "lock.mdb")
        #expect(throws: StorageError.self) {
            try Instance.rebuildViews(real.directory, world: real.clock.world)
        }
        await #expect(throws: StorageError.self) { try await real.open() }
        #expect(try Machine.fileIdentity(of: views + "/data.mdb") == before)
        try FileManager.default.removeItem(atPath: views + "/lock.mdb")
        #expect(try Instance.rebuildViews(real.directory, world: real.clock.world) > 0)
        #expect(try Machine.fileIdentity(of: views + "/data.mdb") != before)
    }

    /// Views of an earlier moment, and the mark of a clean stop beside them.
    private static func behind(seed: UInt64) async throws -> Ground {
        let ground = try Ground(seed: seed)
        try await ground.open().close()
        try ViewsOfDisk(ground).copy(to: "older")
        try await ground.open().close()
        let marks = try SmallFiles(simulated: ground.disk, prefix: "views")
        let mark = try #require(try marks.read("trust"))
        try ground.disk.remove("views")
        try ViewsOfDisk(ground, name: "older").copy(to: "views")
        try SmallFiles(simulated: ground.disk, prefix: "views").write("trust", mark)
        return ground
    }

    private struct ViewsOfDisk {
        let parts: [(String, Environment)]
        let disk: SimulatedDisk

        init(_ ground: Ground, name: String = "views") throws {
            disk = ground.disk
            let options = Environment.Options(mapBytes: DataDirectory.mapBytes)
            parts = try ViewPart.allCases.map { [disk] part in
                (part.name, try Environment(simulated: disk, name: "\(name)/\(part.name)", options: options))
            }
        }

        func copy(to name: String) throws {
            for (part, environment) in parts { try environment.copy(to: disk, as: "\(name)/\(part)") }
        }
    }

    @Test func `nothing is folded into the views of a clean stop before it is written that they may be torn`()
        async throws
    {
        for operation in 1...20 {
            let ground = try await Self.behind(seed: 332)
            ground.disk.plan(.denied, at: ground.disk.operations + operation)
            let instance = try? await ground.open()
            guard instance == nil, ground.disk.faultsMet.last?.description == "commit to views/state" else {
                try? await instance?.close()
                continue
            }
            let mark = try SmallFiles(simulated: ground.disk, prefix: "views").read("trust") ?? []
            #expect(String(decoding: mark, as: UTF8.self).contains(#""clean":false"#))
            return
        }
        Issue.record("the start caught up with nothing")
    }

    @Test func `views are not caught up where there is no room to write that they may be torn`() async throws {
        let ground = try await Self.behind(seed: 333)
        let before = ground.disk.operations
        for operation in 1...200 { ground.disk.plan(.full, at: before + operation) }
        let fault = await #expect(throws: StorageError.self) { try await ground.open() }
        #expect(fault?.kind == .full)
        let met = ground.disk.faultsMet.map(\.description)
        #expect(!met.isEmpty && !met.contains { $0.hasPrefix("commit to views/") }, "\(met)")
    }

    private static func stop(_ instance: Instance) throws -> String? {
        let last = try #require(try instance.entry(at: instance.status.size - 1))
        #expect(last.type == "ledger.opened")
        return last.data["stop"]?.text
    }

    /// A run that was killed, or stopped in order.
    private static func used(seed: UInt64, isKilled: Bool) async throws -> Ground {
        let ground = try Ground(seed: seed)
        let instance = try await ground.open()
        if isKilled { ground.disk.endProcesses() }
        try? await instance.close()
        return ground
    }

    @Test func `views that are made anew hide no crash, and a stop in order stays one`() async throws {
        for (isKilled, stop) in [(true, "process"), (false, "clean")] {
            let ground = try await Self.used(seed: 334, isKilled: isKilled)
            _ = try Instance.rebuildViews(ground.directory, world: ground.clock.world)
            _ = try Instance.rebuildViews(ground.directory, world: ground.clock.world)
            // They are synced: it makes no difference to them that the machine goes down now.
            ground.disk.crash()
            ground.clock.reboot()
            let instance = try await ground.open()
            #expect(try Self.stop(instance) == stop)
            try await instance.close()
            let next = try await ground.open()
            #expect(try Self.stop(next) == "clean", "told once")
            try await next.close()
        }
    }

    @Test(arguments: [Fault.denied, .keptButDenied, .full, .powerCut])
    func `T2 a rebuild that ends at any operation is made good by the next start, or by itself`(fault: Fault)
        async throws
    {
        var operation = 0
        while true {
            operation += 1
            let ground = try await Self.used(seed: UInt64(400 + operation), isKilled: operation % 2 == 0)
            ground.disk.plan(fault, at: ground.disk.operations + operation)
            let folded = try? Instance.rebuildViews(ground.directory, world: ground.clock.world)
            guard !ground.disk.faultsMet.isEmpty else { break }
            let name = "\(fault) at operation \(operation), \(ground.disk.faultsMet)"
            // The names of keys are made durable before anything is written with them, and a rebuild writes nothing.
            let isOwed = fault == .full && ground.disk.faultsMet.map(\.description) == ["sync keys"]
            #expect(folded == nil || isOwed, "\(name): it is not told that all is well")
            ground.disk.forgetPlan()
            if fault == .powerCut {
                ground.disk.crash()
                ground.clock.reboot()
            } else {
                ground.disk.endProcesses()
            }
            if operation % 3 == 0 {
                #expect(try Instance.rebuildViews(ground.directory, world: ground.clock.world) > 0, "\(name)")
            }
            let instance = try await ground.open()
            let stop = try Self.stop(instance)
            switch (operation % 2 == 0, fault) {
            case (false, _): #expect(stop == "clean", "\(name): the stop before it was in order")
            case (true, .powerCut): #expect(stop != "clean", "\(name): the kill before it, or the power, is told")
            case (true, _): #expect(stop == "process", "\(name): the kill before it is told")
            }
            #expect(try ReportTests.replay(ground, instance, seed: 7).differences.isEmpty, "\(name)")
            try await instance.close()
        }
        #expect(operation > 8, "the sweep met its faults")
    }
}
