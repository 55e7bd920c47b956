import Endpoints
import Engine
import Identity
import Obstacles
import Storage
import Testing
import Wire

/// At a bad moment the endpoints answer in the words of OAuth, and say what to do; why is the operator's to know.
@Suite(.timeLimit(.minutes(2))) struct BusyTests {
    @Test func `while the writer's queue is full every endpoint says when to try again`() async throws {
        let provider = try await Provider(seed: 61)
        await provider.instance.whileQueueIsFull {
            for path in ["/oauth/token", "/api/v1/platform/oauth/token", "/oauth/revoke"] {
                let answer = await provider.post(
                    path,
                    "grant_type=client_credentials&token=x",
                    basic: (provider.client, provider.secret)
                )
                isUnavailable(answer, retryAfter: "1")
                #expect(answer.json["error_description"] == "Try again: the write queue is full")
            }
        }
        let answer = await provider.post(
            "/oauth/token",
            "grant_type=client_credentials",
            basic: (provider.client, provider.secret)
        )
        #expect(answer.status == 200)
        try await provider.instance.close()
    }

    @Test func `while writes are refused a client is told to wait, and not why`() async throws {
        let directory = DataDirectory(simulated: SimulatedDisk(seed: 62))
        let clock = SimulatedWorld(seed: 62)
        let first = try await Provider(founding: directory, clock)
        try await first.instance.close()
        clock.stepWall(microseconds: -3_600_000_000)
        let provider = try await Provider(opening: directory, clock, client: first.client, secret: first.secret)
        #expect(provider.instance.status.refusal?.contains("clock") == true)
        let answer = await provider.post(
            "/oauth/token",
            "grant_type=client_credentials",
            basic: (provider.client, provider.secret)
        )
        isUnavailable(answer, retryAfter: "30")
        let description = try #require(answer.json["error_description"]?.text)
        #expect(description.contains("try again later") && !description.contains("clock"))
        try await provider.instance.close()
    }

    @Test(arguments: ["gzip", "deflate, identity"])
    func `a form in a coding is refused, and told which would do`(coding: String) async throws {
        let provider = try await Provider(seed: 63)
        for path in ["/oauth/token", "/oauth/introspect", "/oauth/revoke"] {
            let answer = await provider.post(
                path,
                "grant_type=client_credentials&token=x",
                basic: (provider.client, provider.secret),
                headers: [("content-encoding", coding)]
            )
            #expect(answer.status == 415)
            #expect(answer.json["error"] == "invalid_request")
            #expect(answer.header("accept-encoding") == "identity")
        }
        try await provider.instance.close()
    }

    private func isUnavailable(_ answer: Response, retryAfter: String) {
        #expect(answer.status == 503)
        #expect(answer.header("retry-after") == retryAfter)
        #expect(answer.header("cache-control") == "no-store")
        #expect(answer.json["error"] == "temporarily_unavailable")
    }
}
