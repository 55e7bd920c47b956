import Foundation
import Patience
import Programs
import Testing

/// The file that an operator deletes to get free space on a full disk is there again for the next time.
struct ReserveTests {
    @Test(.timeLimit(.minutes(5))) func `a running server makes the reserve again, unless the disk is short`()
        async throws
    {
        let ledger = try await TestLedger()
        #expect(try ledger.folder.bytes("data/reserve").count == 4 << 20)
        let server = try await ledger.serve()
        try ledger.folder.remove("data/reserve")
        let space = try FileManager.default.attributesOfFileSystem(forPath: ledger.data)
        let free = try #require(space[.systemFreeSize] as? NSNumber).doubleValue
        let total = try #require(space[.systemSize] as? NSNumber).doubleValue
        // Where these tests run the disk may be short itself, and then the space is left alone.
        if 1 - free / total < 0.9 {
            try await until { ledger.folder.has("data/reserve") || !server.isRunning }
            #expect(try ledger.folder.bytes("data/reserve").count == 4 << 20)
            #expect(try ledger.folder.mode("data/reserve") == 0o600)
        }
        server.signal(SIGTERM)
        #expect(try await server.end().status == 0)
    }
}
