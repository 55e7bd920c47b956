import OpenSSL
import Storage
package import Wire

/// Time, chance and who runs when, as one value: below the engine nobody asks the clock or rolls dice.
package struct World: Sendable {
    /// What the wall clock says.
    package let wall: @Sendable () -> Instant
    /// Microseconds since the machine started, sleep included: it cannot be set.
    package let sinceBoot: @Sendable () -> Int64
    /// Whether the host says that its clock is synchronised; `nil` when it does not say.
    package let isClockSynchronised: @Sendable () -> Bool?
    package let bootID: @Sendable () -> String?
    package let random: @Sendable (_ count: Int) -> [UInt8]
    /// Who runs the engine's loops, round by round; `nil` where they have threads of their own.
    package let stepper: Stepper?

    package init(
        wall: @escaping @Sendable () -> Instant,
        sinceBoot: @escaping @Sendable () -> Int64,
        isClockSynchronised: @escaping @Sendable () -> Bool?,
        bootID: @escaping @Sendable () -> String?,
        random: @escaping @Sendable (Int) -> [UInt8],
        stepper: Stepper? = nil,
    ) {
        self.wall = wall
        self.sinceBoot = sinceBoot
        self.isClockSynchronised = isClockSynchronised
        self.bootID = bootID
        self.random = random
        self.stepper = stepper
    }

    package static let system = World(
        wall: { Instant(microseconds: Machine.wallMicroseconds) },
        sinceBoot: { Machine.bootMicroseconds },
        isClockSynchronised: { Machine.clockIsSynchronised },
        bootID: { Machine.bootID },
        random: { secureRandom($0) },
    )
}
