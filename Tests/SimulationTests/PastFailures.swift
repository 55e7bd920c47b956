/// Seeds under which a promise was broken once, each with what it was.
enum PastFailures {
    struct Failure: Sendable, CustomStringConvertible {
        let seed: UInt64
        let reason: String
        /// Whether an operator works between lives in it: none did when the first were found.
        var hasOperator = true

        var description: String { "\(seed): \(reason)" }
    }

    static let all = [
        Failure(
            seed: 17,
            reason: "the model did not know that a deletion is seen by others before its own client is told of it",
            hasOperator: false
        ),
        Failure(
            seed: 14_862_543_662_465_356_793,
            reason: "a start that refused writes called its end clean, and the crash before it was never told of",
            hasOperator: false
        ),
        Failure(
            seed: 12_310_643_723_167_747_078,
            reason: "the same, for a start on a full disk",
            hasOperator: false
        ),
        Failure(
            seed: 14_382_085_618_420_968_479,
            reason: "a bundle of keys that was tidied away half-way, and that no other named, looked like damage",
            hasOperator: false
        ),
        Failure(
            seed: 1_415_268_267_685_036_520,
            reason: "after damage the oracle asked a start for what only a verification finds",
            hasOperator: false
        ),
        Failure(
            seed: 3_629_887_925_023_938_384,
            reason: "the oracle did not know that views which must be caught up need room for their mark",
            hasOperator: false
        ),
        Failure(
            seed: 13_896_546_277_527_085_397,
            reason: "what views attested while a row of theirs was gone counted after they were made anew",
            hasOperator: false
        ),
        Failure(
            seed: 6_940_476_161_003_820_663,
            reason: "views were to be made anew although a disk that lied had lost a bundle of keys",
            hasOperator: false
        ),
        Failure(
            seed: 28_013_025_666_019_205,
            reason: "a repetition that was sent before its day was over, and came after it, was held for one"
        ),
        Failure(
            seed: 18_180_114_069_234_150_693,
            reason: "what was asked about now and about then at one time was summed up twice, to the oracle, as one"
        ),
        Failure(
            seed: 7_813_187_535_950_896_036,
            reason: "the oracle did not know that an application comes back without its secrets, as the plan had said"
        ),
    ]
}
