import Chance
import Storage

/// What goes wrong in one life of the simulated process: drawn before it begins, from the seed alone.
struct Plan: Sendable, CustomStringConvertible {
    enum End: Sendable {
        /// In order: what waits is served, the views are synced.
        case close
        /// The process is gone; what it wrote is with the operating system.
        case kill
        /// The machine is gone: what was not synced is lost, each part of it or not.
        case powerCut
    }

    let end: End
    /// Faults by operation, counted from the moment they are armed.
    let faults: [(fault: Fault, operation: Int)]
    /// Whether they strike while the server is starting, or once it serves.
    let strikesOpening: Bool
    let clients: Int
    let steps: Int
    let stepsClock: Bool

    private static let operationsMax = 160

    init(_ dice: inout Dice) {
        end = dice.pick(weighted: [(3, End.close), (4, .kill), (5, .powerCut)]) ?? .close
        strikesOpening = dice.onceIn(4)
        clients = 1 + dice.below(5)
        steps = 100 + dice.below(900)
        stepsClock = dice.onceIn(4)
        let first = 1 + dice.below(strikesOpening ? 30 : Self.operationsMax)
        let kind = dice.pick(weighted: [
            (8, Kind.none), (4, .one(.denied)), (4, .one(.keptButDenied)), (3, .one(.full)), (3, .one(.mapFull)),
            (3, .full), (1, .one(.lost)), (1, .one(.torn)), (12, .one(.powerCut)),
        ])
        switch kind {
        case .none?, nil: faults = []
        case .one(let fault)?: faults = [(fault, first)]
        case .full?: faults = (0..<(2 + dice.below(30))).map { (.full, first + $0) }
        }
    }

    private enum Kind {
        case none
        case one(Fault)
        /// No free space for a while.
        case full
    }

    var description: String {
        let count = faults.count
        let troubles = faults.first.map { "\($0.fault) at \($0.operation) (\(count))" } ?? "no faults"
        return
            "\(clients) clients, \(steps) steps, \(troubles)\(strikesOpening ? " from the start on" : ""), then \(end)"
    }
}
