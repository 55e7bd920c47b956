import Engine
import Synchronization
import Wire

extension HostileParser {
    /// Whole requests to the admin API: paths, queries, headers and JSON bodies of somebody who may do everything.
    static let admin = endpoints("admin")

    /// Whole requests to the OAuth endpoints: forms, Basic credentials, tokens.
    static let oauth = endpoints("oauth")

    /// After so many requests a new server takes over, so that memory tells of parsing and not of what was recorded.
    private static let requestsMax = 2_048

    private static func endpoints(_ name: String) -> HostileParser {
        HostileParser(
            name,
            preparing: {
                let present = Mutex((server: try await HostileServer(), requests: 0))
                return .waiting { bytes in
                    let (server, requests) = present.withLock { state in
                        state.requests += 1
                        return state
                    }
                    if let request = server.request(bytes) { try await server.answer(request) }
                    guard requests >= requestsMax else { return }
                    let next = try await HostileServer(seed: UInt64(requests))
                    present.withLock { $0 = (next, 0) }
                    try await server.instance.close()
                }
            }
        )
    }
}
