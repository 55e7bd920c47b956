import Foundation
import Programs
import Testing
import Wire

/// `restore`: a new data directory out of backups, or a refusal that names the file.
struct RestoreTests {
    /// What is given, and what the refusal says of it.
    struct Wrong: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let says: String
        let files: @Sendable (BackedUpLedger) async throws -> [String]

        init(
            _ name: String,
            says: String,
            _ files: @escaping @Sendable (BackedUpLedger) async throws -> [String],
        ) {
            testDescription = name
            self.says = says
            self.files = files
        }

        /// A changed copy of the whole backup.
        static func altered(_ backedUp: BackedUpLedger, _ change: (inout [UInt8]) -> Void) throws -> [String] {
            var bytes = try backedUp.folder.bytes("whole.backup")
            change(&bytes)
            try backedUp.folder.write("altered.backup", bytes)
            return [backedUp.folder.path("altered.backup")]
        }
    }

    static let wrong: [Wrong] = [
        Wrong("an increment alone", says: "increment.backup: it begins with entry") { [$0.increment] },
        Wrong("an increment before its whole backup", says: "the first file is a whole backup") {
            [$0.increment, $0.whole]
        },
        Wrong("increments with a gap between them", says: "later.backup: it begins with entry") { backedUp in
            #expect(try await backedUp.ledger.run("keys", "rotate").status == 0)
            _ = try await backedUp.backUp("later.backup", "--since", "\(backedUp.size + 1)")
            return [backedUp.whole, backedUp.increment, backedUp.folder.path("later.backup")]
        },
        Wrong("an older whole backup behind its increment", says: "give them in their order") {
            [$0.whole, $0.increment, $0.whole]
        },
        Wrong("an increment of another ledger", says: "is of another ledger") { backedUp in
            let other = try await BackedUpLedger()
            try backedUp.folder.write("other.backup", other.folder.bytes("increment.backup"))
            return [backedUp.whole, backedUp.folder.path("other.backup")]
        },
        Wrong("a file that was cut between two blocks", says: "altered.backup: it was cut") { backedUp in
            try Wrong.altered(backedUp) { $0.removeLast(56) }
        },
        Wrong("a file that was cut within a block", says: "altered.backup: it was cut") { backedUp in
            try Wrong.altered(backedUp) { $0.removeLast($0.count / 2) }
        },
        Wrong("an altered byte", says: "a block does not have its digest") { backedUp in
            try Wrong.altered(backedUp) { $0[$0.count / 2] ^= 1 }
        },
        Wrong("bytes behind the end", says: "bytes follow its last block") { backedUp in
            try Wrong.altered(backedUp) { $0 += [0] }
        },
        Wrong("a later version", says: "version 2 of backups") { backedUp in
            try Wrong.altered(backedUp) { $0[12] = 2 }
        },
        Wrong("a file that is none", says: "is no backup of a ledger") { backedUp in
            try Wrong.altered(backedUp) {
                $0 = Array("a letter to somebody, and long enough for a head of a block".utf8)
            }
        },
        Wrong("an empty file", says: "is no backup of a ledger") { backedUp in
            try Wrong.altered(backedUp) { $0 = [] }
        },
    ]

    @Test(arguments: wrong)
    func `what is no backup, or does not follow what came before, is refused by its name`(wrong: Wrong) async throws {
        let backedUp = try await BackedUpLedger()
        let files = try await wrong.files(backedUp)
        let refused = try await backedUp.restore(files)
        #expect(refused.status == 1 && refused.errors.contains(wrong.says), "\(refused.status) \(refused.errors)")
        #expect(refused.errors.split(separator: "\n").count == 1 && refused.output.isEmpty)
        let served = try await backedUp.run("serve", "--listen", "127.0.0.1:0")
        #expect(served.status == 3 && served.errors.contains("no ledger in this directory"), "\(served.errors)")
        // Nothing is left in the way of the right one.
        let right = try await backedUp.restore([backedUp.whole, backedUp.increment])
        #expect(right.status == 0, "\(right.errors)")
    }

    @Test func `files may have entries in common, and those must be the same`() async throws {
        let backedUp = try await BackedUpLedger()
        let common = try await backedUp.backUp("common.backup", "--since", "2")
        let common2 = backedUp.folder.path("common.backup")
        let restored = try await backedUp.restore([backedUp.whole, common2])
        #expect(restored.output.hasPrefix("restored \(common) entries"), "\(restored.errors)")
        // The ledger was set back to the whole backup, and went on another way.
        #expect(try await backedUp.restore([backedUp.whole], into: "other").status == 0)
        try await backedUp.restoreKeys(into: "other")
        #expect(try await backedUp.run("moved", on: "other").status == 0)
        #expect(try await backedUp.run("keys", "rotate", on: "other").status == 0)
        let others = backedUp.folder.path("others.backup")
        #expect(try await backedUp.run("backup", "--to", others, "--since", "2", on: "other").status == 0)
        let refused = try await backedUp.restore([backedUp.whole, backedUp.increment, others], into: "third")
        #expect(refused.status == 1, "\(refused.errors)")
        #expect(refused.errors.contains("others.backup: it tells another history: its entry"), "\(refused.errors)")
    }

    @Test func `nothing is restored over anything`() async throws {
        let backedUp = try await BackedUpLedger()
        for name in ["data", "occupied"] {
            if name == "occupied" {
                try FileManager.default.createDirectory(
                    atPath: backedUp.folder.path(name),
                    withIntermediateDirectories: false
                )
                try backedUp.folder.write("occupied/letter", "from somebody")
            }
            let refused = try await backedUp.restore([backedUp.whole], into: name)
            #expect(refused.status == 2 && refused.errors.contains("is not empty"), "\(refused.errors)")
        }
        #expect(try await backedUp.ledger.run("verify").status == 0)
        #expect(backedUp.folder.text("occupied/letter") == "from somebody")
        let missing = try await backedUp.restore([backedUp.folder.path("nowhere")])
        #expect(missing.status == 2 && missing.errors.contains("cannot be read"), "\(missing.errors)")
        #expect(try await Command.run("restore", "--into", backedUp.restored).status == 2)
    }

    @Test func `a restored directory is a copy: with its keys it takes the place of its original, and goes on`()
        async throws
    {
        let backedUp = try await BackedUpLedger()
        #expect(try await backedUp.restore([backedUp.whole, backedUp.increment]).status == 0)
        let keyless = try await backedUp.run("keys", "rotate")
        #expect(keyless.status == 3 && keyless.errors.contains("muniment keys restore"), "\(keyless.errors)")
        try await backedUp.restoreKeys()
        let copy = try await backedUp.run("keys", "rotate")
        #expect(copy.status == 3 && copy.errors.contains("muniment moved --data"), "\(copy.errors)")
        let moved = try await backedUp.run("moved")
        #expect(moved.status == 0 && moved.output == "moved in entry \(backedUp.size)\n", "\(moved.errors)")
        let server = try Command.start(
            ["serve", "--data", backedUp.restored, "--listen", "127.0.0.1:0"],
            with: backedUp.key
        )
        try await server.wait(forErrorLine: "listening on ")
        let token = try await Command.run(
            "token",
            "--base-url",
            server.url,
            "--client-id",
            backedUp.ledger.clientID,
            with: ["MUNIMENT_CLIENT_SECRET": backedUp.ledger.clientSecret]
        )
        #expect(token.status == 0, "\(token.errors)")
        server.signal(SIGTERM)
        #expect(try await server.end().status == 0, "\(server.errors)")
        let size = try await backedUp.run("entries").lines.count
        try await backedUp.expectVerified(signed: size)
        let compared = try await backedUp.run("replay", "--into", backedUp.folder.path("into"), "--compare")
        #expect(compared.status == 0, "\(compared.errors)")
    }

    @Test func `an earlier moment ends with a command, and is gone on with by a fork alone`() async throws {
        let backedUp = try await BackedUpLedger()
        let files = [backedUp.whole, backedUp.increment]
        let entries = try await backedUp.ledger.entries()
        let batch = try #require(entries.first { $0["batch"]?.items?[0] == 2 })
        let (second, length) = (try #require(batch["index"]?.number), try #require(batch["batch"]?.items?[1].number))
        let last = second + length - 2
        let time = try #require(batch["recorded_at"]?.text)
        // Within a command: the moment before it. Its end, and its time: with it.
        for (name, to, size) in [
            ("within", "\(second - 1)", second - 1), ("end", "\(last)", last + 1), ("time", time, last + 1),
            ("newest", "\(backedUp.size - 1)", Int64(backedUp.size)),
            ("later", "2999-01-01T00:00:00Z", Int64(backedUp.size)),
        ] {
            let ended = try await backedUp.restore(files, into: name, "--to", to)
            #expect(ended.output.hasPrefix("restored \(size) entries"), "\(name): \(ended.output)\(ended.errors)")
            #expect(try await backedUp.run("entries", on: name).lines.count == Int(size))
        }
        for (to, says) in [
            ("\(backedUp.size)", "is in none of the files"), ("2001-01-01T00:00:00Z", "the first one is later"),
            ("yesterday", "neither an entry's index nor a time"),
        ] {
            let refused = try await backedUp.restore(files, into: "none", "--to", to)
            #expect(refused.status != 0 && refused.errors.contains(says), "\(refused.errors)")
        }
        try await backedUp.restoreKeys(into: "end")
        let moved = try await backedUp.run("moved", on: "end")
        #expect(moved.status == 3 && moved.errors.contains("with: muniment fork --data"), "\(moved.errors)")
        let words = try await ForkTests.SetBack.advice(backedUp.folder.path("end"), [], with: backedUp.key)
        #expect(words.last?.hasPrefix("\(backedUp.size):") == true, "\(words)")
        let forked = try await Command.start(words, with: backedUp.key).end()
        #expect(forked.status == 0 && forked.output.contains("/\(last + 1)+"), "\(forked.errors)")
        #expect(try await backedUp.run("keys", "rotate", on: "end").status == 0)
        let verified = try await backedUp.run("verify", on: "end")
        #expect(verified.status == 0, "\(verified.errors)")
    }

    @Test func `an anchor that outlived the machine is left as it is, and knows what is missing`() async throws {
        let backedUp = try await BackedUpLedger()
        try backedUp.folder.copy("data/anchor", to: "anchor")
        let before = try backedUp.folder.bytes("anchor/checkpoint")
        let anchor = backedUp.folder.path("anchor")
        let ended = try await backedUp.restore([backedUp.whole], "--anchor", anchor)
        #expect(ended.status == 0 && ended.errors.contains("muniment fork"), "\(ended.errors)")
        #expect(try backedUp.folder.bytes("anchor/checkpoint") == before)
        #expect(backedUp.folder.text("restored/anchor-location") == "\(anchor)\n")
        try await backedUp.restoreKeys()
        let moved = try await backedUp.run("moved")
        #expect(
            moved.status == 3 && moved.errors.contains("a checkpoint of \(backedUp.size) was signed"),
            "\(moved.errors)"
        )
        let other = try await BackedUpLedger()
        let foreign = try await other.restore([other.whole], "--anchor", anchor)
        #expect(foreign.status == 3 && foreign.errors.contains("is of another ledger"), "\(foreign.errors)")
    }
}
