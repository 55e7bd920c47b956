import Storage

/// Work beside the requests, in rounds: on a thread of its own, or one round at a time where a simulation drives it.
final class Loop: Sendable {
    /// One round; where it is told that it may, it waits for something to do, for a bounded time.
    ///
    /// - Returns: whether there is another one.
    typealias Round = @Sendable (_ waits: Bool) -> Bool

    private let name: String
    private let thread: PinnedThread
    private let stepper: Stepper?

    init(name: String, world: World) {
        self.name = name
        thread = PinnedThread(name: name)
        stepper = world.stepper
    }

    func start(_ round: @escaping Round) throws {
        guard let stepper else { return try thread.start { while round(true) {} } }
        stepper.add(name, round)
    }

    /// Returns when the last round has ended.
    func join() {
        if let stepper { stepper.finish(name) } else { thread.join() }
    }
}
