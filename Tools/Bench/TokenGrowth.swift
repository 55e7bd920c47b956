import Engine
import EventLog
import Identity
import OpenID
import OpenSSL
import Wire

/// Grows a ledger by the entries of issued tokens, in the one way that the server uses, signatures left out.
struct TokenGrowth {
    /// Enough that a commit is under way while another one's worth waits: commits are as large as they get.
    private static let waitingMax = 1_024

    private let path: String
    private let entries: Int
    private let secondsMax: Int

    init(_ words: Words) throws {
        path = try words.text("data")
        entries = try words.number("entries")
        secondsMax = try words.number("seconds")
    }

    func run() async throws {
        let founded = try Ledgers.found(at: path, .RS256)
        let instance = try await Ledgers.open(path)
        let command = try issue(founded, instance)
        let start = ContinuousClock.now
        let (first, end) = (Int(instance.status.size), start + .seconds(secondsMax))
        let waiting = min(Self.waitingMax, entries / 8 + 1)
        let each = max(0, entries - first) / waiting + 1
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<waiting {
                group.addTask {
                    for _ in 0..<each where Int(instance.status.size) < entries && ContinuousClock.now < end {
                        _ = try await instance.perform(command, by: Self.caller(instance))
                    }
                }
            }
            try await group.waitForAll()
        }
        let elapsed = ContinuousClock.now - start
        let grown = Int(instance.status.size) - first
        try await instance.close()
        guard grown + first >= entries else { throw Words.Fault.failed("\(grown) entries in \(secondsMax) seconds") }
        Ledgers.report(founded, ["entries": .count(grown), "seconds": .seconds(elapsed)])
    }

    private func issue(_ founded: Instance.Founded, _ instance: Instance) throws -> IssueToken {
        guard let key = instance.keyRing.current else { throw Words.Fault.failed("there is no signing key") }
        return IssueToken(
            issuer: .root,
            proof: ClientProof(
                clientID: founded.client.text,
                secretMAC: ClientSecret.mac(founded.clientSecret, key: instance.macKey)
            ),
            scopes: nil,
            resources: [],
            baseURL: try BaseURL(Ledgers.baseURL),
            signingKey: key.id
        )
    }

    /// As the token endpoint sees a client that wrk plays.
    private static func caller(_ instance: Instance) -> Caller {
        .stranger(
            Caller.Request(
                id: "req_" + Base64URL.encode(instance.world.random(16)),
                endpoint: "oauth.token",
                address: "127.0.0.1"
            )
        )
    }
}
