/// Dice that fall alike for the same seed, on every machine and in every run (SplitMix64).
package struct Dice: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number below a bound.
    package mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

    /// Whether something happens that happens once in so many times.
    package mutating func onceIn(_ times: Int) -> Bool { below(times) == 0 }

    package mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    package mutating func pick<T>(_ items: [T]) -> T? { items.isEmpty ? nil : items[below(items.count)] }

    /// One of several, each as likely as its weight.
    package mutating func pick<T>(weighted items: [(weight: Int, T)]) -> T? {
        var left = below(items.reduce(0) { $0 + $1.weight })
        for (weight, item) in items {
            if left < weight { return item }
            left -= weight
        }
        return nil
    }

    /// Other dice, which fall independently of these.
    package mutating func split() -> Dice { Dice(seed: next()) }
}
