import Programs
import Testing
import Wire

/// A ledger is made by one command, which says once what nobody can be told again.
struct InitTests {
    @Test func `what is printed has the documented members in the documented order`() async throws {
        let ledger = try await TestLedger(
            "--base-url",
            "https://id.example.com:8443",
            "--admin-email",
            "root@example.com"
        )
        let printed = ledger.printed
        #expect(printed.members?.map(\.name) == ["ledger", "super_admin", "service"])
        #expect(printed["ledger"]?.members?.map(\.name) == ["id", "origin", "verifier_key"])
        #expect(printed["super_admin"]?.members?.map(\.name) == ["id", "email", "password"])
        #expect(printed["service"]?.members?.map(\.name) == ["client_id", "client_secret", "scopes"])
        let id = try #require(printed["ledger"]?["id"]?.text)
        #expect(printed["ledger"]?["origin"]?.text == "id.example.com:8443/ledger/\(id)")
        #expect(ledger.verifierKey.hasPrefix("id.example.com:8443/ledger/\(id)+"))
        #expect(printed["super_admin"]?["email"]?.text == "root@example.com")
        #expect(printed["service"]?["scopes"] == ["admin:read", "admin:write"])
    }

    @Test func `the administrator's address is made of the base URL's host when none is given`() async throws {
        let ledger = try await TestLedger("--base-url", "https://id.example.com:8443")
        #expect(ledger.printed["super_admin"]?["email"]?.text == "admin@id.example.com")
    }

    @Test func `a folder that others can enter is no place for a ledger`() async throws {
        let folder = try Folder()
        try folder.setMode("", 0o755)
        let ended = try await Command.run("init", "--data", folder.path(""))
        #expect(ended.status == 3 && ended.errors.contains("run: chmod 700"), "\(ended.errors)")
        #expect(!folder.has("ledger") && !folder.has("keys"))
    }

    @Test func `a new ledger verifies, by the command and by the verifier that shares no code with it`() async throws {
        let ledger = try await TestLedger()
        let report = try await ledger.verified()
        #expect(report.members?.map(\.name) == ["ok", "signed", "entries", "root", "checkpoint", "erased", "problems"])
        #expect(report["ok"] == true)
        #expect(report["checkpoint"]?["size"] == report["entries"])
        #expect(report["checkpoint"]?["root"] == report["root"])
        try ledger.folder.write("entries", try await ledger.run("entries", "--openings").output)
        try ledger.folder.write("checkpoint", try await ledger.run("checkpoint").output)
        let verified = try await Programs.verify([
            "--entries", ledger.folder.path("entries"), "--checkpoint", ledger.folder.path("checkpoint"),
            "--key", ledger.verifierKey,
        ])
        #expect(verified.status == 0, "\(verified.errors)\(verified.output)")
    }

    @Test func `a second init is refused and changes nothing`() async throws {
        let ledger = try await TestLedger()
        let before = try await ledger.run("entries").output
        let again = try await ledger.run("init", "--anchor", ledger.folder.path("elsewhere"))
        #expect(again.status == 3)
        #expect(again.output.isEmpty)
        #expect(
            again.errors
                == "muniment: there is a ledger in this directory already; serve it, or name another with --data DIR\n"
        )
        #expect(try await ledger.run("entries").output == before)
        #expect(!ledger.folder.has("data/anchor-location"))
    }

    @Test func `only the owner reads the directory, and the person is told to move the key`() async throws {
        let folder = try Folder()
        let ended = try await Command.run("init", "--data", folder.path("a/b"))
        #expect(ended.status == 0)
        #expect(try folder.mode("a/b") == 0o700)
        #expect(try folder.mode("a/b/keys/kek") == 0o600)
        #expect(ended.errors.contains("a/b/keys/kek"))
        #expect(ended.output.contains("client secret"))
    }

    @Test func `a key that is kept elsewhere from the start never reaches the directory`() async throws {
        let folder = try Folder()
        let key = ["MUNIMENT_KEY": Base64URL.encode([UInt8](repeating: 7, count: 32))]
        #expect(try await Command.run("init", "--data", folder.path("data"), with: key).status == 0)
        #expect(!folder.has("data/keys/kek"))
        #expect(try await Command.run("keys", "rotate", "--data", folder.path("data"), with: key).status == 0)
        #expect(try await Command.run("keys", "rotate", "--data", folder.path("data")).status == 3)
    }

    @Test func `an anchor elsewhere is remembered`() async throws {
        let folder = try Folder()
        let anchor = folder.path("other-disk/anchor")
        let made = try await Command.run("init", "--data", folder.path("data"), "--anchor", anchor)
        #expect(made.status == 0, "\(made.errors)")
        #expect(folder.has("other-disk/anchor/checkpoint"))
        #expect(!folder.has("data/anchor"))
        #expect(try await Command.run("keys", "rotate", "--data", folder.path("data")).status == 0)
        let note = try await Command.run("checkpoint", "--data", folder.path("data")).output
        #expect(note == folder.text("other-disk/anchor/checkpoint"))
        try folder.remove("other-disk/anchor")
        let lost = try await Command.run("keys", "rotate", "--data", folder.path("data"))
        #expect(lost.status == 3)
        #expect(lost.errors.contains("anchor"))
    }
}
