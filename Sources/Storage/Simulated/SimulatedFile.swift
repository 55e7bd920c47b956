/// A file of a simulated disk: what was written to it, and what of that is durable.
struct SimulatedFile: Sendable {
    /// How a fault has decided the outcome of a crash in advance.
    enum Fate {
        case lost
        case torn
    }

    private(set) var written: [UInt8]
    private(set) var mode: UInt32
    private var durable: [UInt8] = []
    private var fate: Fate?

    init(_ bytes: [UInt8], mode: UInt32) {
        written = bytes
        self.mode = mode
    }

    /// A file as it lies on the disk, whatever was ever written to it.
    init(durable: [UInt8], mode: UInt32) {
        self.init(durable, mode: mode)
        self.durable = durable
    }

    /// A new content in full; a fault of an earlier one is thereby past.
    mutating func write(_ bytes: [UInt8]) {
        written = bytes
        fate = nil
    }

    mutating func sync() {
        if fate == nil { durable = written }
    }

    mutating func suffer(_ fate: Fate) {
        self.fate = fate
    }

    mutating func crash(_ random: inout SeededRandom) {
        switch fate {
        case .lost: break
        case .torn: durable = mixture(of: written.count / 2)
        case nil where written != durable: durable = mixture(of: Int.random(in: 0...written.count, using: &random))
        case nil: break
        }
        written = durable
        fate = nil
    }

    /// The beginning of the new content over the old one.
    private func mixture(of newBytes: Int) -> [UInt8] {
        if newBytes == written.count { return written }
        return Array(written[..<newBytes]) + durable.dropFirst(newBytes)
    }
}
