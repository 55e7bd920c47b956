/// A moment in time, in whole microseconds of UTC since 1970.
///
/// It lies in the years 0000 to 9999, so that every instant has a text. Arithmetic that would leave them stops at their
/// end: a lifetime of a million years is a lifetime until ``latest``. Leap seconds are not counted, as on every
/// machine.
package struct Instant: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let microseconds: Int64

    /// 0000-01-01T00:00:00.000000Z.
    package static let earliest = Instant(microseconds: .min)

    /// 9999-12-31T23:59:59.999999Z.
    package static let latest = Instant(microseconds: .max)

    static let microsecondsPerSecond: Int64 = 1_000_000
    static let secondsPerDay: Int64 = 86_400
    private static let firstMicrosecond: Int64 = -62_167_219_200_000_000
    private static let lastMicrosecond: Int64 = 253_402_300_799_999_999

    /// The instant that many microseconds after 1970, or the nearest with a text.
    package init(microseconds: Int64) {
        self.microseconds = min(max(microseconds, Self.firstMicrosecond), Self.lastMicrosecond)
    }

    /// The instant that many seconds after 1970, as tokens count them, or the nearest with a text.
    package init(seconds: Int64) {
        self = Instant(microseconds: 0).adding(seconds: seconds)
    }

    /// Whole seconds since 1970, rounded down.
    package var seconds: Int64 { microseconds.flooring(by: Self.microsecondsPerSecond).quotient }

    package func adding(seconds: Int64) -> Instant {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: Self.microsecondsPerSecond)
        return overflow ? (seconds < 0 ? .earliest : .latest) : adding(microseconds: product)
    }

    package func adding(microseconds added: Int64) -> Instant {
        let (sum, overflow) = microseconds.addingReportingOverflow(added)
        return overflow ? (added < 0 ? .earliest : .latest) : Instant(microseconds: sum)
    }

    package static func < (left: Instant, right: Instant) -> Bool {
        left.microseconds < right.microseconds
    }

    package var description: String { text }
}
