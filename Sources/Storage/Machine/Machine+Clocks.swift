import CLMDB
import Glibc

extension Machine {
    /// Microseconds since the machine started, sleep included; it cannot be set.
    package static var bootMicroseconds: Int64 { microseconds(CLOCK_BOOTTIME) }

    /// Microseconds since 1970 by the wall clock, which can be set.
    package static var wallMicroseconds: Int64 { microseconds(CLOCK_REALTIME) }

    /// Whether the kernel holds the wall clock for synchronised; nil where it does not say.
    package static var clockIsSynchronised: Bool? {
        var facts = timex()
        let state = unsafe adjtimex(&facts)
        guard state >= 0 else { return nil }
        return state != TIME_ERROR
    }

    private static func microseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        let code = unsafe clock_gettime(clock, &time)
        precondition(code == 0, "both clocks exist on every Linux that runs Swift")
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
