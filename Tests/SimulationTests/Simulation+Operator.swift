import Chance
import Engine
import Storage

// What an operator does between lives, with nothing running: the disk fails and the machine goes down in it, too.
extension Simulation {
    private enum Work: CaseIterable { case rebuild, rewrap }

    /// More than either takes on ledgers of this size.
    private static let operationsOfWork = 40

    /// Now and then makes the views anew, or wraps every key anew; whatever becomes of it, the next start serves.
    func operate() {
        guard options.hasOperator, !isOver, !diskHasLied, dice.onceIn(4), let work = dice.pick(Work.allCases) else {
            return
        }
        let faults = disk.faultsMet.count
        if let fault = Self.fault(&dice) {
            disk.plan(fault, at: disk.operations + 1 + dice.below(Self.operationsOfWork))
        }
        do {
            switch work {
            case .rebuild: _ = try Instance.rebuildViews(directory, world: clock.world)
            case .rewrap: _ = try Instance.rewrapKeys(directory, world: clock.world)
            }
            trace.add("the operator: \(work)")
        } catch {
            trace.add("the operator: \(work) failed: \(error)")
            if disk.faultsMet.count == faults {
                book.violate("I9", "the operator's \(work) failed for no reason: \(error)")
            }
            // What it has done to the mark of the last stop is anybody's guess.
            lastStop = nil
        }
        leave(work)
        inspectWhatIsLeft()
    }

    private static func fault(_ dice: inout Dice) -> Fault? {
        let fault: Fault?? = dice.pick(weighted: [
            (6, nil), (6, .powerCut), (2, .denied), (2, .keptButDenied), (2, .full), (1, .mapFull),
        ])
        return fault ?? nil
    }

    private func leave(_ work: Work) {
        disk.forgetPlan()
        guard disk.isWithoutPower || dice.onceIn(3) else { return disk.endProcesses() }
        // Views made anew are synced, and say how the last run ended; else it was before this.
        cutPower(nil, stop: work == .rewrap && lastStop == "process" ? "machine" : lastStop)
    }
}
