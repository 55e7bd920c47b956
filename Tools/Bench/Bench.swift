import Glibc
import Wire

/// The parts of the benchmark that run in process: each prints its measurements as lines of JSON.
///
/// `Tools/bench` starts it, gives it fresh folders, and sets what it prints against limits measured beside it.
@main
enum Bench {
    private enum Part: String, CaseIterable {
        case grow, populate, people, append, views, verify, rebuild, footprint, keys, start
    }

    static func main() async {
        do {
            try await run()
        } catch {
            Measurement.report(["error": .string("\(error)")])
            exit(1)
        }
    }

    private static func run() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let part = arguments.first.flatMap(Part.init) else {
            throw Words.Fault.usage("bench \(Part.allCases.map(\.rawValue).joined(separator: "|")) --data DIR …")
        }
        let words = try Words(arguments.dropFirst())
        switch part {
        case .grow: try await TokenGrowth(words).run()
        case .populate: try await Population(words).run()
        case .people: try await People(words).run()
        case .append: try AppendRun(words).run()
        case .views: try await ViewReads(words).run()
        case .verify: try await VerifyRun(words).run()
        case .rebuild: try RebuildRun(words).run()
        case .footprint: try Footprint(words).run()
        case .keys: try KeyMemory(words).run()
        case .start: try await StartRun(words).run()
        }
    }
}
