import Testing

/// The order of the layers: what each target may know, so that it cannot do what is not its business.
struct ImportTests {
    private static let engineAndBelow: Set<String> = [
        "Wire", "Storage", "OpenSSL", "EventLog", "Identity", "Views", "Plans", "Engine",
    ]

    /// What may be imported, by target.
    ///
    /// `muniment` puts everything together, so it stands in no row.
    private static let table: [String: Set<String>] = [
        "Wire": [],
        "Storage": ["CLMDB", "Glibc", "Synchronization"],
        "OpenSSL": ["COpenSSL", "CArgon2", "Crypto", "Glibc", "Synchronization"],
        "Folding": ["CUTF8Proc"],
        "Zstandard": ["CZstd"],
        "EventLog": ["Wire", "Zstandard", "Storage", "OpenSSL", "Synchronization"],
        "Identity": ["Wire"],
        "Views": ["Wire", "Folding", "Storage", "OpenSSL", "Identity", "HeapModule", "Synchronization"],
        "Plans": ["Wire", "Folding", "OpenSSL", "Identity", "Views"],
        "Engine": [
            "Wire", "Storage", "OpenSSL", "EventLog", "Identity", "Views", "Plans", "Dispatch", "Synchronization",
        ],
        "Endpoints": ["Wire"],
        "OpenID": engineAndBelow.union(["Endpoints"]),
        "AdminAPI": engineAndBelow.union(["Endpoints", "Folding", "Synchronization"]),
        // The socket's side: HTTP packages, and the one part of Foundation that tells the time of day.
        "Web": [
            "Wire", "Endpoints", "Synchronization", "FoundationEssentials", "HTTPTypes", "HummingbirdCore",
            "HummingbirdHTTP2", "Logging", "Metrics", "NIOCore", "NIOHTTP1", "NIOHTTPTypes", "NIOHTTPTypesHTTP1",
            "NIOPosix", "NIOSSL", "NIOTLS", "ServiceLifecycle",
        ],
    ]

    /// Headers of C libraries hold no Swift.
    private static let withoutRow: Set<String> = ["muniment", "CLMDB", "COpenSSL", "CArgon2", "CUTF8Proc", "CZstd"]

    @Test func `each target imports only what its row allows`() throws {
        let files = try Repository.files(below: "Sources")
        #expect(Self.forbidden(in: files).isEmpty)
        let targets = Set(try Repository.folders(in: "Sources"))
        #expect(
            targets == Set(Self.table.keys).union(Self.withoutRow),
            "a target without a row, or a row without a target"
        )
    }

    @Test(arguments: [
        ("Wire", "import Foundation", "Foundation"), ("Identity", "package import Storage", "Storage"),
        ("Views", "import struct EventLog.Entry", "EventLog"), ("Endpoints", "@preconcurrency import Engine", "Engine"),
    ])
    func `a forbidden import is found`(target: String, line: String, module: String) {
        let file = SourceFile(path: "Sources/\(target)/Bad.swift", text: "// A file.\n\(line)\n")
        #expect(Self.forbidden(in: [file]).map(\.line) == [2])
        #expect(Self.module(of: line) == module)
    }

    private static func forbidden(in files: [SourceFile]) -> [Finding] {
        files.filter { $0.isSource && $0.target != "muniment" }.flatMap { file in
            file.code.enumerated().compactMap { number, line in
                guard let module = module(of: line), table[file.target]?.contains(module) != true else { return nil }
                return Finding(
                    path: file.path,
                    line: number + 1,
                    advice: "\(file.target) may not know \(module): ask for the value, or move the code a layer up"
                )
            }
        }
    }

    /// The module that a line imports; nil when it imports none.
    private static func module(of line: String) -> String? {
        let words = line.split(separator: " ")
        guard let place = words.firstIndex(of: "import"), place + 1 < words.count,
            words[..<place].allSatisfy({
                $0.hasPrefix("@") || ["package", "private", "internal", "public"].contains($0)
            })
        else { return nil }
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        let name = kinds.contains(words[place + 1]) ? words.dropFirst(place + 2).first : words[place + 1]
        return name.map { String($0.prefix { $0 != "." }) }
    }
}
