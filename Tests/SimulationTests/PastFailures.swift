/// Seeds under which a promise was broken once, each with what it was.
enum PastFailures {
    struct Failure: Sendable, CustomStringConvertible {
        let seed: UInt64
        let reason: String

        var description: String { "\(seed): \(reason)" }
    }

    static let all = [
        Failure(
            seed: 17,
            reason: "the model did not know that a deletion is seen by others before its own client is told of it"
        )
    ]
}
