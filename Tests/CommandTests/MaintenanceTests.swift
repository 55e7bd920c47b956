import Engine
import EventLog
import Foundation
import Identity
import OpenSSL
import Programs
import Testing
import Wire

/// What an operator does to a ledger that is not being served.
struct MaintenanceTests {
    @Test func `L9 views are built anew, and equal a replay`() async throws {
        let ledger = try await TestLedger()
        _ = try await ledger.run("keys", "rotate")
        let rebuilt = try await ledger.run("rebuild")
        #expect(rebuilt.status == 0, "\(rebuilt.errors)")
        #expect(!ledger.folder.has("data/views.old") && !ledger.folder.has("data/views.new"))
        let compared = try await ledger.run("replay", "--into", ledger.folder.path("into"), "--compare")
        #expect(compared.status == 0, "\(compared.errors)")
        #expect(compared.output.contains("the live views equal the replay"))
        let types = try await ledger.types()
        _ = try await ledger.run("keys", "rotate")
        #expect(try await ledger.entries()[types.count]["data"]?["views"]?.text == "kept")
    }

    @Test func `a damaged row fails the comparison, and a rebuild heals it`() async throws {
        let ledger = try await TestLedger()
        _ = try await ledger.run("rebuild")
        var file = try ledger.folder.bytes("data/views/state/data.mdb")
        let text = Array(#""allowed_scopes":["admin:read"#.utf8)
        for place in file.indices.dropLast(text.count) where file[place...].starts(with: text) {
            file[place + text.count - 1] = UInt8(ascii: "D")
        }
        try ledger.folder.write("data/views/state/data.mdb", file)
        let compared = try await ledger.run("replay", "--into", ledger.folder.path("into"), "--compare")
        #expect(compared.status == 1, "\(compared.output)\(compared.errors)")
        let verified = try await ledger.run("verify")
        #expect(
            verified.status == 1 && verified.output.contains("the table current of the views"),
            "\(verified.output)"
        )
        #expect(try await ledger.run("rebuild").status == 0)
        let healed = try await ledger.run("replay", "--into", ledger.folder.path("again"), "--compare")
        #expect(healed.status == 0, "\(healed.errors)")
    }

    @Test func `L10 a moment is an entry or a time, and never half a command`() async throws {
        let ledger = try await TestLedger()
        let entries = try await ledger.entries()
        let batch = try #require(entries.firstIndex { $0["batch"]?.items?.first == 1 })
        let length = Int(try #require(entries[batch]["batch"]?.items?.last?.number))
        let moments: [(String, Int?)] = [
            ("0", 0), ("\(batch)", batch - 1), ("\(batch + length - 2)", batch - 1),
            ("\(batch + length - 1)", batch + length - 1), ("\(entries.count)", nil),
            (entries[0]["recorded_at"]?.text ?? "", 0), (entries[batch]["recorded_at"]?.text ?? "", batch + length - 1),
            ("2000-01-01T00:00:00Z", nil), ("2999-01-01T01:00:00+01:00", entries.count - 1),
        ]
        for (number, (moment, index)) in moments.enumerated() {
            let ended = try await ledger.run("replay", "--to", moment, "--into", ledger.folder.path("into\(number)"))
            #expect(ended.status == (index == nil ? 2 : 0), "\(moment): \(ended.errors)")
            if let index {
                #expect(ended.output.hasPrefix("replayed to entry \(index) "), "\(moment): \(ended.output)")
            }
        }
        let full = try await ledger.run("replay", "--into", ledger.folder.path)
        #expect(full.status == 2)
        #expect(full.errors.contains("is not empty"))
    }

    @Test func `an administrator gets in again by a password that must be changed`() async throws {
        let ledger = try await TestLedger("--admin-email", "Root@example.com")
        let user = try #require(ledger.printed["super_admin"]?["id"]?.text)
        for words in [["recover"], ["recover", "--email", "root@EXAMPLE.com"]] {
            let ended = try await Command.start(words + ["--data", ledger.data]).end()
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(ended.lines.count == 1 && (ended.lines.first?.count ?? 0) >= 20)
            #expect(ended.errors.contains(user))
        }
        #expect(try await ledger.run("recover", "--email", "nobody@example.com").status == 2)
        let resets = try await ledger.entries().filter { $0["type"]?.text == "user.password_reset" }
        #expect(resets.map { $0["stream"]?.text } == [user, user])
        #expect(resets.allSatisfy { $0["data"]?["must_change_password"] == true })
    }

    /// The world as it is, but for a wall clock that is ahead by a day.
    private static let tomorrow = World(
        wall: { World.system.wall().adding(seconds: 86_400) },
        sinceBoot: World.system.sinceBoot,
        isClockSynchronised: World.system.isClockSynchronised,
        bootID: World.system.bootID,
        random: World.system.random
    )

    /// The world as it is, but for a wall clock that is two hours behind.
    private static let behind = World(
        wall: { World.system.wall().adding(seconds: -7_200) },
        sinceBoot: World.system.sinceBoot,
        isClockSynchronised: World.system.isClockSynchronised,
        bootID: World.system.bootID,
        random: World.system.random
    )

    @Test func `T12 a clock that jumped ahead between two runs is told, and stops writes where nobody vouches for it`()
        async throws
    {
        let ledger = try await TestLedger()
        let options = Instance.Options(software: "test", log: { _ in }, onStop: { _ in })
        try ledger.folder.remove("data")
        let directory = DataDirectory(path: ledger.data)
        let founding = Instance.Founding(
            baseURL: "http://localhost:8080",
            administratorEmail: "root@example.com",
            algorithm: .ES256,
            software: "test"
        )
        _ = try Instance.create(directory, kek: nil, world: Self.behind, founding)
        try await Instance.openPatiently(directory, world: Self.behind, options).close()
        let first = try await ledger.run("keys", "rotate")
        if World.system.isClockSynchronised() == false {
            #expect(first.status == 3)
            #expect(first.errors.contains("ahead on a host whose clock is not synchronised"), "\(first.errors)")
            #expect(try await ledger.run("clock", "accept").status == 0)
            #expect(try await ledger.run("keys", "rotate").status == 0)
        } else {
            #expect(first.status == 0, "\(first.errors)")
            #expect(try await ledger.types().contains("clock.stepped"))
        }
    }

    @Test func `a clock behind the ledger stops writes until it is accepted, once and for every start`() async throws {
        let folder = try Folder()
        let founding = Instance.Founding(
            baseURL: "http://localhost:8080",
            administratorEmail: "root@example.com",
            algorithm: .ES256,
            software: "test"
        )
        _ = try Instance.create(DataDirectory(path: folder.path("data")), kek: nil, world: Self.tomorrow, founding)
        let rotate = ["keys", "rotate", "--data", folder.path("data")]
        let refused = try await Command.start(rotate).end()
        #expect(refused.status == 3)
        #expect(refused.errors.contains("muniment clock accept"))
        let accepted = try await Command.run("clock", "accept", "--data", folder.path("data"))
        #expect(accepted.status == 0, "\(accepted.errors)")
        for _ in 1...2 {
            let ended = try await Command.start(rotate).end()
            #expect(ended.status == 0, "\(ended.errors)")
        }
        let verified = try await Command.run("verify", "--data", folder.path("data"))
        #expect(verified.status == 0)
        #expect(try await Command.run("entries", "--data", folder.path("data")).output.contains(#""clock.accepted""#))
    }
}
