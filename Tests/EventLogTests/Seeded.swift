import Synchronization

/// Bytes that look random and come back with the seed: SplitMix64.
final class Seeded: Sendable {
    let seed: UInt64
    private let state: Mutex<UInt64>

    init(seed: UInt64) {
        self.seed = seed
        state = Mutex(seed)
    }

    /// Where the row of numbers stands; setting it back draws the same again.
    var position: UInt64 {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }

    func next() -> UInt64 {
        state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 32) } }

    func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
