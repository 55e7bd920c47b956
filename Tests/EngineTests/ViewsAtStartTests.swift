import Engine
import EventLog
import Foundation
import Identity
import Storage
import Testing

/// Views are derived, and still may be all that tells of a loss: a start neither mistakes them nor leaves them half told.
@Suite(.timeLimit(.minutes(2))) struct ViewsAtStartTests {
    @Test func `views that cannot be opened at this moment are not made anew`() async throws {
        let real = try RealGround(seed: 331)
        defer { real.remove() }
        let views = real.folder + "/views"
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
}
