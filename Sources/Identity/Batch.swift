/// How much one command may write, so that nobody waits long for another's.
enum Batch {
    static let entriesMax = 10_000

    static func requireFits(_ count: Int) throws(Rejection) {
        guard count <= entriesMax else {
            throw Rejection(
                .conflict,
                "batch_too_large",
                "This would write more than \(entriesMax) entries at once; delete what is below it in parts first",
            )
        }
    }
}
