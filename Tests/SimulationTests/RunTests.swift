import Testing

/// The server under seeded faults: whatever happens, what was told stands.
struct RunTests {
    /// As many as take about a minute on two cores.
    private static let seedsByDefault: UInt64 = 300

    @Test func `fresh seeds keep every promise`() async throws {
        var dice = SystemRandomNumberGenerator()
        let seeds = Wish.seed.map { [$0] } ?? (0..<(Wish.seeds ?? Self.seedsByDefault)).map { _ in dice.next() }
        let report = try await Campaign(seeds: seeds).run()
        #expect(report.broken.isEmpty)
        #expect(seeds.count < 100 || report.sweeps > 0, "nothing ever ended by itself")
        for outcome in report.failures { Issue.record("\(outcome.account)") }
        print(report.text)
        if let seed = Wish.seed {
            let trace = try Simulation.run(seed: seed).trace
            print(trace.text + "\ntrace \(trace.digest)")
        }
    }

    @Test(arguments: PastFailures.all)
    func `a seed that failed once passes for ever`(failure: PastFailures.Failure) throws {
        var options = Simulation.Options()
        options.hasOperator = failure.hasOperator
        let outcome = try Simulation.run(seed: failure.seed, options: options)
        #expect(outcome.violations.isEmpty, "\(failure.reason)\n\(outcome.account)")
    }

    @Test(arguments: [1, 2, 3, 17, 42]) func `a seed does the same again, byte for byte`(seed: UInt64) throws {
        let (first, second) = (try Simulation.run(seed: seed), try Simulation.run(seed: seed))
        #expect(first.trace.count > 50)
        #expect(first.trace.text == second.trace.text)
        #expect(first.trace.digest != (try Simulation.run(seed: seed + 1)).trace.digest)
    }
}
