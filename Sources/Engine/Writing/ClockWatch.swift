import Identity
import Wire

/// Notices when the wall clock is set: it and the clock since boot part by more than a second.
struct ClockWatch {
    static let toleranceMicroseconds: Int64 = 1_000_000
    /// A start this far behind the last entry refuses writes until an operator has looked.
    static let behindMicroseconds: Int64 = 60_000_000
    /// A jump forward this far on a host whose clock is not synchronised does so too.
    static let aheadMicroseconds: Int64 = 3_600_000_000

    /// Wall minus boot clock when last looked at.
    private(set) var offset: Int64

    /// - Parameter known: what it was when a run before this one, under the same boot, last looked.
    init(world: World, since known: Int64? = nil) { offset = known ?? Self.offset(world) }

    static func offset(_ world: World) -> Int64 { world.wall().microseconds - world.sinceBoot() }

    /// The step since the last look, in microseconds, when there was one.
    mutating func step(world: World) -> Int64? {
        let present = Self.offset(world)
        let step = present - offset
        guard abs(step) > Self.toleranceMicroseconds else { return nil }
        offset = present
        return step
    }

    /// Why writes stop after this step, if they do: a host that says itself that its clock is not synchronised has
    /// jumped.
    static func objection(step: Int64, world: World) -> String? {
        guard step > aheadMicroseconds, world.isClockSynchronised() == false else { return nil }
        return "the clock has jumped \(step / 1_000_000) seconds ahead on a host whose clock is not synchronised; "
            + "set it and start again, or stop the server and run: muniment clock accept"
    }

    /// Why writes do not begin after what an earlier run has seen of the clock, if so.
    static func objection(since kept: ClockMemory.Kept, world: World) -> String? {
        if kept.isOfThisBoot { return objection(step: offset(world) - kept.offset, world: world) }
        // Another boot has another offset: whether the clock was set right meanwhile is for the host or an operator to
        // say.
        guard kept.isRefused, world.isClockSynchronised() == false else { return nil }
        return "the clock had jumped ahead before the machine was started anew, and the host still does not say that it"
            + " is synchronised; run: muniment clock accept"
    }

    /// A step of centuries is told as the longest that a number can tell, which is 285 years.
    static func event(step: Int64) -> Event {
        Event(ClockSubject.entry(.stepped), chain: .platform, data: ["by": .integer(clamping: step)])
    }

    /// Why a ledger must not be written to at this time of day, if so.
    static func objection(last: Instant, world: World) -> String? {
        let behind = last.microseconds - world.wall().microseconds
        guard behind > behindMicroseconds else { return nil }
        return "the clock is \(behind / 1_000_000) seconds behind the last entry; set it, or run: muniment clock accept"
    }
}
