import Metrics
import Testing
import Web

@Suite struct PrometheusMetricsTests {
    private let metrics = PrometheusMetrics([
        .counter("muniment_seals_total", #"Seals "broken" \ or not."#),
        .counter("muniment_entries_total", "Entries by class.", [.init("class", ["state", "activity"])]),
        .gauge("muniment_disk_ratio", "How full the disk is."),
        .histogram("muniment_commit_seconds", "A commit.", buckets: [0.001, 0.1]),
    ])

    private var text: String { String(decoding: metrics.text, as: UTF8.self) }

    @Test func `every family has its help and type before anything is measured`() {
        #expect(
            text == """
                # HELP muniment_seals_total Seals "broken" \\\\ or not.
                # TYPE muniment_seals_total counter
                muniment_seals_total 0
                # HELP muniment_entries_total Entries by class.
                # TYPE muniment_entries_total counter
                # HELP muniment_disk_ratio How full the disk is.
                # TYPE muniment_disk_ratio gauge
                # HELP muniment_commit_seconds A commit.
                # TYPE muniment_commit_seconds histogram

                """
        )
    }

    @Test func `what is measured is told`() {
        for (label, amount) in [("state", 1), ("activity", 4), ("state", 2), ("made up", 5), ("another", 6)] {
            Counter(label: "muniment_entries_total", dimensions: [("class", label), ("user", "x")], factory: metrics)
                .increment(by: amount)
        }
        Gauge(label: "muniment_disk_ratio", factory: metrics).record(0.25)
        let timer = Timer(label: "muniment_commit_seconds", factory: metrics)
        for nanoseconds in [1_000_000, 2_000_000, 3_000_000_000] as [Int64] { timer.recordNanoseconds(nanoseconds) }
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            lines == [
                "muniment_seals_total 0",
                #"muniment_entries_total{class="activity"} 4"#,
                #"muniment_entries_total{class="other"} 11"#,
                #"muniment_entries_total{class="state"} 3"#,
                "muniment_disk_ratio 0.25",
                #"muniment_commit_seconds_bucket{le="0.001"} 1"#,
                #"muniment_commit_seconds_bucket{le="0.1"} 2"#,
                #"muniment_commit_seconds_bucket{le="+Inf"} 3"#,
                "muniment_commit_seconds_sum 3.003",
                "muniment_commit_seconds_count 3",
            ]
        )
    }

    @Test func `what is not declared is not kept`() {
        let before = text
        Counter(label: "undeclared_total", factory: metrics).increment()
        Counter(label: "muniment_disk_ratio", factory: metrics).increment()
        Timer(label: "muniment_seals_total", factory: metrics).recordNanoseconds(1)
        #expect(text == before)
    }

    @Test func `counting from many tasks loses nothing`() async {
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    let counter = Counter(label: "muniment_seals_total", factory: metrics)
                    for _ in 0..<10_000 { counter.increment() }
                }
            }
        }
        #expect(text.contains("\nmuniment_seals_total 80000\n"))
    }

    @Test(.timeLimit(.minutes(3)))
    func `requests are counted by endpoint, method and status, whatever their paths`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                for line in ["GET /health", "GET /health", "HEAD /health", "GET /a", "GET /b", "PURGE /c"] {
                    _ = try await client.ask(line)
                }
                try await client.send("nonsense\r\n\r\n")
                _ = try await client.read()
            }
            let text = String(decoding: server.metrics.text, as: UTF8.self)
            let lines = text.split(separator: "\n").filter { $0.hasPrefix("muniment_http_requests_total") }
            #expect(
                lines == [
                    #"muniment_http_requests_total{endpoint="health.read",method="GET",status="200"} 2"#,
                    #"muniment_http_requests_total{endpoint="health.read",method="HEAD",status="200"} 1"#,
                    #"muniment_http_requests_total{endpoint="unknown",method="GET",status="404"} 2"#,
                    #"muniment_http_requests_total{endpoint="unknown",method="other",status="400"} 1"#,
                    #"muniment_http_requests_total{endpoint="unknown",method="other",status="404"} 1"#,
                ]
            )
            #expect(text.contains(#"muniment_http_request_seconds_count{endpoint="health.read"} 3"#))
        }
    }
}
