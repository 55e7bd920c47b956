import Synchronization
package import Wire

/// The simulated twin of the world: the same seed gives the same times and the same dice, for ever.
package final class SimulatedWorld: Sendable {
    private struct State {
        var wallMicroseconds: Int64
        var bootMicroseconds: Int64 = 0
        var random: UInt64
        var boots = 1
        var isSynchronised = true
    }

    private let state: Mutex<State>
    private let stepper: Stepper?

    /// - Parameters:
    ///   - start: what the wall clock says first.
    ///   - stepper: who runs the engine's loops; without one they have threads, whose order chance decides.
    package init(
        seed: UInt64,
        start: Instant = Instant(microseconds: 1_795_000_000_000_000),
        stepper: Stepper? = nil,
    ) {
        self.stepper = stepper
        state = Mutex(State(wallMicroseconds: start.microseconds, random: seed))
    }

    /// Both clocks go on.
    package func pass(microseconds: Int64) {
        state.withLock {
            $0.wallMicroseconds += microseconds
            $0.bootMicroseconds += microseconds
        }
    }

    /// Somebody sets the wall clock; the other one cannot be set.
    package func stepWall(microseconds: Int64) {
        state.withLock { $0.wallMicroseconds += microseconds }
    }

    /// The host finds nobody to tell it the time.
    package func loseSynchronisation() { state.withLock { $0.isSynchronised = false } }

    /// Somebody tells the host the time again.
    package func regainSynchronisation() { state.withLock { $0.isSynchronised = true } }

    /// The machine starts anew.
    package func reboot() {
        state.withLock {
            $0.bootMicroseconds = 0
            $0.boots += 1
        }
    }

    package var world: World {
        World(
            wall: { Instant(microseconds: self.state.withLock { $0.wallMicroseconds }) },
            sinceBoot: { self.state.withLock { $0.bootMicroseconds } },
            isClockSynchronised: { self.state.withLock { $0.isSynchronised } },
            bootID: { "boot-\(self.state.withLock { $0.boots })" },
            random: { count in self.state.withLock { state in (0..<count).map { _ in Self.byte(&state.random) } } },
            stepper: stepper,
        )
    }

    /// SplitMix64, its top byte: no secret in a simulation is a secret.
    private static func byte(_ state: inout UInt64) -> UInt8 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return UInt8(truncatingIfNeeded: (mixed ^ (mixed >> 31)) >> 56)
    }
}
