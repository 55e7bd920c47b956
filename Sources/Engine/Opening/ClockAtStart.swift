import EventLog
import Views

/// What a start makes of the clock: whether writes begin, and from where its steps are watched.
struct ClockAtStart {
    /// Why no write begins, if so; an operator may overrule it.
    let objection: String?
    let memory: ClockMemory
    private let kept: ClockMemory.Kept?
    /// Whether the clock has left where the last run saw it.
    private let hasJumped: Bool
    private let world: World

    init(_ opened: OpenedLedger, _ views: ViewStore, in directory: DataDirectory, world: World) throws {
        let (last, size) = (opened.opening.lastRecordedAt, opened.opening.range.size)
        let reached = try ClockAcceptance(views, opened.tables)?.reached(last: last, size: size) ?? last
        memory = try ClockMemory(directory, world: world)
        kept = try memory.kept()
        let jumped = kept.flatMap { ClockWatch.objection(since: $0, world: world) }
        hasJumped = jumped != nil
        objection = ClockWatch.objection(last: reached, world: world) ?? jumped
        self.world = world
    }

    /// From where steps are watched.
    ///
    /// What an operator accepts is a beginning; else every step since the last run is an entry, as long as the machine
    /// was not started anew.
    func watch(isAccepted: Bool) -> ClockWatch {
        ClockWatch(world: world, since: kept.flatMap { $0.isOfThisBoot && !isAccepted ? $0.offset : nil })
    }

    /// Leaves word for the next start, so that none forgets a jump.
    func remember(_ watch: ClockWatch, _ owed: inout Owed) throws {
        if let kept, kept.isOfThisBoot, hasJumped {
            try owed.write { [memory] in try memory.store(kept.offset, isRefused: true) }
        } else if objection == nil, kept.map({ !$0.isOfThisBoot || $0.isRefused }) ?? true {
            try owed.write { [memory, offset = watch.offset] in try memory.store(offset) }
        }
    }
}
