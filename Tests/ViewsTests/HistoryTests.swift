import Chance
import Identity
import Testing
import Views

/// Views and a naive model on random histories of decisions, failures and undone commands.
struct HistoryTests {
    @Test(.timeLimit(.minutes(2)), arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `L9 lists, counts, states and the past equal the model, and a rebuild equals the views`(seed: UInt64) throws {
        var history = try History(seed: seed)
        for _ in 0..<60 {
            try history.commit(commands: 1 + history.random.below(12))
            try history.checkSome()
        }
        try history.checkVariety()
        try history.checkRebuild()
    }

    @Test func `a history on the file system rebuilds to the same rows`() throws {
        var history = try History(seed: 77, .fileSystem)
        for _ in 0..<20 { try history.commit(commands: 10) }
        try history.checkSome()
        try history.checkRebuild()
    }
}
