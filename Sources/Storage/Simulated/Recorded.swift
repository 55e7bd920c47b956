/// Something that changes as a whole, with what of it has reached the disk.
///
/// A crash leaves the durable value, or any later one that was not yet synced: writes reach a disk in their order here,
/// but nobody knows how far.
struct Recorded<Value: Sendable>: Sendable {
    /// How many unsynced values a crash may choose among; older ones have been written back by then.
    private static var waitingMax: Int { 64 }

    private(set) var current: Value
    private var durable: Value
    private var waiting: [Value] = []
    private var isHeld = false

    init(_ value: Value) {
        current = value
        durable = value
    }

    mutating func change(to value: Value) {
        current = value
        guard !isHeld else { return }
        waiting.append(value)
        if waiting.count > Self.waitingMax { durable = waiting.removeFirst() }
    }

    mutating func sync() {
        guard !isHeld else { return }
        durable = current
        waiting = []
    }

    /// The disk has begun to lie: nothing since the last sync reaches it any more until the crash, whatever it reports.
    mutating func startLosing() {
        isHeld = true
        waiting = []
    }

    /// What is kept turns out to be another value, on the disk and everywhere.
    mutating func replace(by value: Value) { self = Recorded(value) }

    mutating func crash(_ random: inout SeededRandom) {
        let kept = Int.random(in: 0...waiting.count, using: &random)
        if kept > 0 { durable = waiting[kept - 1] }
        self = Recorded(durable)
    }
}
