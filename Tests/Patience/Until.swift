/// What a test waited for has not come in all the time there was for it.
package struct NeverCame: Error {
    let seconds: Double
}

/// Waits for what comes sooner or later, however slow the machine is, and not for ever.
///
/// It looks every few milliseconds, and its limit is far beyond what any of this takes: whoever comes to it has failed.
/// A test that runs out of its own time ends the waiting too.
package func until(within seconds: Double = 120, _ isThere: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try await !isThere() {
        guard ContinuousClock.now < deadline else { throw NeverCame(seconds: seconds) }
        try await Task.sleep(for: .milliseconds(5))
    }
}
