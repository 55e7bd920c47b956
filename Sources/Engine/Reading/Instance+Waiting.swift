extension Instance {
    /// Waits until an index can be read, for a bounded time.
    package func wait(forIndex index: UInt64) async throws(Refusal) {
        let (size, overflow) = index.addingReportingOverflow(1)
        let hasArrived = await arrivals.wait(
            forSize: overflow ? .max : size,
            present: { self.status.size },
            now: world.sinceBoot()
        )
        guard hasArrived else { throw .busy(retryAfterSeconds: 1, "the ledger does not reach that index yet") }
    }
}
