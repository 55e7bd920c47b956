import Programs
import Testing

/// Where a setting comes from is never in doubt.
struct ConfigurationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var options: [String] = []
        var environment: [String: String] = [:]
        var file: String?
        /// The setting, its value, its source.
        let expected: (String, String, String)

        init(
            _ name: String,
            options: [String] = [],
            environment: [String: String] = [:],
            file: String? = nil,
            _ expected: (String, String, String),
        ) {
            testDescription = name
            self.options = options
            self.environment = environment
            self.file = file
            self.expected = expected
        }
    }

    static let cases = [
        Case("a default", ("listen", "127.0.0.1:8080", "default")),
        Case("the file", file: #"{"listen":"127.0.0.1:1"}"#, ("listen", "127.0.0.1:1", "FILE")),
        Case(
            "the environment before the file",
            environment: ["MUNIMENT_LISTEN": "127.0.0.1:2"],
            file: #"{"listen":"127.0.0.1:1"}"#,
            ("listen", "127.0.0.1:2", "MUNIMENT_LISTEN")
        ),
        Case(
            "an option before the environment",
            options: ["--listen", "127.0.0.1:3"],
            environment: ["MUNIMENT_LISTEN": "127.0.0.1:2"],
            file: #"{"listen":"127.0.0.1:1"}"#,
            ("listen", "127.0.0.1:3", "--listen")
        ),
        Case(
            "an empty variable is none",
            environment: ["MUNIMENT_LISTEN": ""],
            ("listen", "127.0.0.1:8080", "default")
        ),
        Case("a flag that is off", ("require-reason", "false", "default")),
        Case("a flag as an option", options: ["--require-reason"], ("require-reason", "true", "--require-reason")),
        Case(
            "one in the environment",
            environment: ["MUNIMENT_REQUIRE_REASON": "true"],
            file: #"{"require-reason":false}"#,
            ("require-reason", "true", "MUNIMENT_REQUIRE_REASON")
        ),
        Case("one in the file", file: #"{"require-reason":true}"#, ("require-reason", "true", "FILE")),
        Case("a flag in the file", file: #"{"dev":true}"#, ("dev", "true", "FILE")),
        Case("a flag in the environment", environment: ["MUNIMENT_DEV": "true"], ("data", "./muniment-data", "--dev")),
        Case(
            "a list in the file",
            file: #"{"trusted-proxy":["10.0.0.0/8","::1/128"]}"#,
            ("trusted-proxy", "10.0.0.0/8,::1/128", "FILE")
        ),
        Case("one value for a list", file: #"{"trusted-proxy":"10.0.0.0/8"}"#, ("trusted-proxy", "10.0.0.0/8", "FILE")),
        Case(
            "a list as the environment writes it",
            file: #"{"trusted-proxy":"10.0.0.0/8, ::1/128"}"#,
            ("trusted-proxy", "10.0.0.0/8,::1/128", "FILE")
        ),
        Case("a number for a text", file: #"{"metrics-scope":7}"#, ("metrics-scope", "7", "FILE")),
        Case("a word for a flag", file: #"{"dev":"true"}"#, ("dev", "true", "FILE")),
        Case(
            "a list in the environment",
            environment: ["MUNIMENT_TRUSTED_PROXY": "10.0.0.0/8, 11.0.0.0/8"],
            ("trusted-proxy", "10.0.0.0/8,11.0.0.0/8", "MUNIMENT_TRUSTED_PROXY")
        ),
        Case(
            "a list of options",
            options: ["--trusted-proxy", "10.0.0.0/8", "--trusted-proxy", "11.0.0.0/8"],
            environment: ["MUNIMENT_TRUSTED_PROXY": "12.0.0.0/8"],
            ("trusted-proxy", "10.0.0.0/8,11.0.0.0/8", "--trusted-proxy")
        ),
        Case(
            "a secret is never shown",
            environment: ["MUNIMENT_KEY": "c2VjcmV0"],
            ("key", "(hidden)", "MUNIMENT_KEY")
        ),
        Case(
            "the file's own place",
            environment: ["MUNIMENT_CONFIG": "FILE"],
            file: "{}",
            ("config", "FILE", "MUNIMENT_CONFIG")
        ),
    ]

    @Test(arguments: cases)
    func `is told with its source`(_ item: Case) async throws {
        let folder = try Folder()
        let path = folder.path("muniment.json")
        var (words, environment) = (["serve", "--print-config"] + item.options, item.environment)
        if let file = item.file {
            try folder.write("muniment.json", file)
            if environment["MUNIMENT_CONFIG"] == nil { words += ["--config", path] }
        }
        environment["MUNIMENT_CONFIG"] = environment["MUNIMENT_CONFIG"].map { _ in path }
        let ended = try await Command.start(words, with: environment).end()
        #expect(ended.status == 0, "\(ended.errors)")
        let (name, value, source) = item.expected
        let line = ended.lines.first { $0.hasPrefix(name + " ") }
        let told = line?.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        #expect(told == [name, value, source].map { $0 == "FILE" ? path : $0 })
        if let secret = item.environment["MUNIMENT_KEY"] { #expect(!ended.output.contains(secret)) }
    }

    static let mistakes: [[String]] = [
        ["verify"], ["nonsense"], ["serve", "--nonsense"], ["serve", "--data"], ["proof", "--data", "x"],
        ["proof", "--data", "x", "first"], ["entries", "--data", "x", "--from", "-1"],
        ["entries", "--data", "x", "--to", "last"], ["init", "--data", "x", "--base-url", "id.example.com"],
        ["init", "--data", "x", "--base-url", "https://id.example.com/path"],
        ["init", "--data", "x", "--admin-email", "nobody"], ["init", "--data", "x", "--format", "yaml"],
        ["serve", "--data", "x", "--listen", "8080"], ["serve", "--data", "x", "--listen", "127.0.0.1:http"],
        ["serve", "--data", "x", "--tls-key", "key.pem"], ["serve", "--data", "x", "--trusted-proxy", "proxy"],
        ["serve", "--data", "x", "--metrics-scope", "two words"],
        ["serve", "--data", "x", "--token-algorithm", "none"], ["serve", "--data", "x", "--log-level", "loud"],
        ["serve", "--data", "x", "--config", "/nonexistent.json"], ["keys", "rotate"], ["keys", "rotate", "house"],
        ["keys", "rotate", "--data", "x", "--key-command", "cat 'a key'"], ["keys", "backup", "--data", "x"],
        ["replay", "--data", "x"], ["replay", "--data", "x", "--into", "y", "--to", "yesterday"], ["token"],
        ["token", "--base-url", "http://localhost:1", "--client-id", "app_x"],
    ]

    @Test(arguments: mistakes)
    func `wrong usage ends with 2 and a line that says what is wrong`(_ words: [String]) async throws {
        let ended = try await Command.start(words).end()
        #expect(ended.status == 2, "\(ended.errors)")
        #expect(ended.output.isEmpty)
        #expect(ended.errors.hasPrefix("muniment: "))
        #expect(ended.errors.split(separator: "\n").count == 1, "\(ended.errors)")
    }

    @Test(arguments: ["checkpoint", "wrapping"], [["--base-url", "http://localhost:1"], ["--client-id", "app_x"]])
    func `only a signing key is rotated through a server`(_ kind: String, _ remote: [String]) async throws {
        // A data directory that is configured elsewhere is not what the command line asks for.
        for environment in [[:], ["MUNIMENT_DATA": "x"]] {
            let ended = try await Command.start(["keys", "rotate", kind] + remote, with: environment).end()
            #expect(ended.status == 2)
            #expect(
                ended.errors == "muniment: keys rotate \(kind) works on the data directory of a stopped server, "
                    + "not through --base-url: give --data DIR (see: muniment help)\n"
            )
        }
    }

    @Test(arguments: [
        (#"{"lisen":"127.0.0.1:1"}"#, #"unknown setting "lisen""#),
        (#"{"listen":["127.0.0.1:1"]}"#, #""listen" in the configuration file FILE must be a text"#),
        (#"{"listen":true}"#, #""listen" in the configuration file FILE must be a text"#),
        (#"{"listen":1.5}"#, #""listen" in the configuration file FILE must be a text"#),
        (#"{"listen":null}"#, #""listen" in the configuration file FILE must be a text"#),
        (#"{"dev":"perhaps"}"#, #""dev" in the configuration file FILE must be true or false"#),
        (#"{"dev":1}"#, #""dev" in the configuration file FILE must be true or false"#),
        (
            #"{"trusted-proxy":7}"#,
            #""trusted-proxy" in the configuration file FILE must be a text, or a list of texts"#
        ),
        (
            #"{"trusted-proxy":[7]}"#,
            #""trusted-proxy" in the configuration file FILE must be a text, or a list of texts"#
        ),
        (#"{"key":"c2VjcmV0"}"#, "set MUNIMENT_KEY"),
        (#"{"listen":"127.0.0.1:1","listen":"127.0.0.1:2"}"#, "is not JSON"),
        ("[]", "is not JSON"),
    ])
    func `a mistake in the file is told, never passed over`(_ file: String, _ says: String) async throws {
        let folder = try Folder()
        try folder.write("muniment.json", file)
        let ended = try await Command.run("serve", "--print-config", "--config", folder.path("muniment.json"))
        #expect(ended.status == 2)
        let line = says.replacing("FILE", with: folder.path("muniment.json"))
        #expect(ended.errors.hasPrefix("muniment: ") && ended.errors.split(separator: "\n").count == 1)
        #expect(ended.errors.contains(line), "\(ended.errors)")
    }

    @Test func `help goes to standard output and is no failure`() async throws {
        for words in [["--help"], ["help", "serve"], ["--version"], ["keys", "rotate", "--help"]] {
            let ended = try await Command.start(words).end()
            #expect(ended.status == 0)
            #expect(!ended.output.isEmpty && ended.errors.isEmpty)
        }
    }

    @Test func `a flag in the environment that is neither on nor off is told`() async throws {
        let ended = try await Command.start(["serve", "--print-config"], with: ["MUNIMENT_DEV": "perhaps"]).end()
        #expect(ended.status == 2)
        #expect(ended.errors.hasPrefix("muniment: MUNIMENT_DEV: \"dev\" must be true or false"), "\(ended.errors)")
    }
}
