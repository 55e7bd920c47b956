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
    private var offset: Int64
    /// What it was at the start: the return to it is an entry as well.
    private(set) var driftMicroseconds: Int64 = 0

    init(world: World) { offset = world.wall().microseconds - world.sinceBoot() }

    /// The step since the last look, in microseconds, when there was one.
    mutating func step(world: World) -> Int64? {
        let present = world.wall().microseconds - world.sinceBoot()
        let step = present - offset
        guard abs(step) > Self.toleranceMicroseconds else { return nil }
        offset = present
        driftMicroseconds += step
        return step
    }

    /// Why writes stop after this step, if they do: a host that says itself that its clock is not synchronised has jumped.
    static func objection(step: Int64, world: World) -> String? {
        guard step > aheadMicroseconds, world.isClockSynchronised() == false else { return nil }
        return "the clock has jumped \(step / 1_000_000) seconds ahead on a host whose clock is not synchronised; "
            + "set it, or stop the server and run: muniment clock accept"
    }

    static func event(step: Int64) -> Event {
        Event(.clockStepped, chain: .platform, data: ["by": .integer(step)])
    }

    /// Why a ledger must not be written to at this time of day, if so.
    static func objection(last: Instant, world: World) -> String? {
        let behind = last.microseconds - world.wall().microseconds
        guard behind > behindMicroseconds else { return nil }
        return "the clock is \(behind / 1_000_000) seconds behind the last entry; set it, or run: muniment clock accept"
    }
}
