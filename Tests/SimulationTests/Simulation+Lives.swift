import Chance
import Engine
import EventLog
import Identity
import Storage
import Synchronization
import Views
import Wire

// How a life begins, and how it ends.
extension Simulation {
    /// Starts the server, through the rules of every start; a clock that it refuses is accepted by the operator.
    ///
    /// - Returns: `nil` when it refused, or did not live through its start.
    func open() -> Instance? {
        guard let first = open(acceptsClock: false) else { return nil }
        guard let why = first.status.refusal, why.contains("the clock "), !disk.isWithoutPower else { return first }
        trace.add("the operator accepts the clock: \(why)")
        let faults = disk.faultsMet.count
        spawn { try? await first.close() }
        runUntilIdle("a stop")
        // It has written nothing, so how the run before it ended is still to be told, unless it could not leave so.
        if disk.faultsMet.count > faults { lastStop = nil }
        disk.endProcesses()
        guard let second = open(acceptsClock: true) else { return nil }
        spawn { [trace] in
            do { _ = try await second.acceptClock() } catch { trace.add("the clock was not accepted: \(error)") }
        }
        runUntilIdle("accepting the clock")
        return second
    }

    private func open(acceptsClock: Bool) -> Instance? {
        let box = Box()
        if let tables = try? directory.ledger(.readOnly),
            let size = try? tables.environment.read({ try tables.size($0) })
        {
            starts.append(size)
            viewsBefore = inspectViews(size)
        }
        let options = Instance.Options(
            software: "simulated",
            acceptsClock: acceptsClock,
            log: { [trace] in trace.add("log: \($0)") },
            onStop: { [book, trace] why in
                book.use { state in
                    state.isStopped = true
                    state.isTroubled = true
                }
                trace.add("the writer stops: \(why)")
            }
        )
        let (directory, world, trace) = (directory, clock.world, trace)
        spawn {
            do {
                let instance = try await Instance.open(directory, world: world, options: options)
                box.opened.withLock { $0 = .success(instance) }
            } catch {
                box.opened.withLock { $0 = .failure(error) }
                trace.add("the start failed: \(error)")
            }
        }
        runUntilIdle("a start")
        let (instance, error) = box.outcome
        failure = error
        trace.add(instance.map { "open at \($0.status.size)" } ?? "not open")
        return instance
    }

    private final class Box: Sendable {
        let opened = Mutex<Result<Instance, any Error>?>(nil)

        var outcome: (Instance?, (any Error)?) {
            switch opened.withLock({ $0 }) {
            case .success(let instance)?: (instance, nil)
            case .failure(let error)?: (nil, error)
            case nil: (nil, nil)
            }
        }
    }

    /// Ends a life, the way that was planned unless the power went before.
    func end(_ instance: Instance?, _ end: Plan.End) {
        switch end {
        case .close where !disk.isWithoutPower && instance != nil: close(instance)
        case .close, .kill: kill(instance)
        case .powerCut: cutPower(instance)
        }
        inspectWhatIsLeft()
    }

    func inspectWhatIsLeft() { if diskHasLied { checkAfterLie() } else { inspectDisk() } }

    /// A stop in order, which the faults of the plan may strike as well; now and then the machine goes down right
    /// after.
    private func close(_ instance: Instance?) {
        let wasWell = !book.use { $0.isStopped } && instance?.status.refusal == nil && instance?.isStopRecorded == true
        runUntilIdle("the last requests")
        let faults = disk.faultsMet.count
        if let instance { spawn { try? await instance.close() } }
        runUntilIdle("a stop")
        guard !disk.isWithoutPower else { return dice.onceIn(2) ? cutPower(nil) : kill(nil) }
        disk.forgetPlan()
        let isWell = wasWell && !book.use { $0.isStopped } && disk.faultsMet.count == faults
        trace.add("closed")
        if dice.onceIn(3) { return cutPower(nil, stop: isWell ? "clean" : nil) }
        disk.endProcesses()
        lastStop = isWell ? "clean" : nil
    }

    private func kill(_ instance: Instance?) {
        crashes += 1
        disk.forgetPlan()
        disk.endProcesses()
        lastStop = hasToldNothing(instance) || book.use { $0.isStopped } ? nil : "process"
        trace.add("killed")
        bury(instance)
    }

    /// - Parameter stop: what the next start must call it where nothing was running any more.
    func cutPower(_ instance: Instance?, stop: String? = nil) {
        crashes += 1
        disk.forgetPlan()
        disk.crash()
        clock.reboot()
        lastStop = hasToldNothing(instance) || book.use { $0.isStopped } ? stop : "machine"
        trace.add("the power is cut")
        bury(instance)
        let hasLied = disk.faultsMet.contains { $0.fault == .lost || $0.fault == .torn }
        if hasLied, !options.lies { diskHasLied = true }
    }

    /// Whether there was no such process, or a full disk let it write nothing: then nobody can tell that there was.
    private func hasToldNothing(_ instance: Instance?) -> Bool {
        guard let instance else { return true }
        return instance.status.commits <= 1 && disk.faultsMet.dropFirst(faultsBefore).contains { $0.fault == .full }
    }

    /// Lets the tasks of a process that is gone come to their ends; nobody hears what they are told.
    private func bury(_ instance: Instance?) {
        book.use { state in
            state.isOver = true
            state.isTroubled = true
        }
        scheduler.processIsGone(true)
        if let instance { spawn { try? await instance.close() } }
        runUntilIdle("the end of a process that is gone")
        stepper.forget()
        scheduler.processIsGone(false)
    }
}
