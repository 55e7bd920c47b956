import Glibc
import Synchronization

/// A disk in memory that can lose power and fail on purpose, always alike for the same seed.
///
/// It holds every simulated environment and folder, and counts their changes in one row: a commit is one operation; so
/// is making a table, writing a file, syncing it, renaming, removing, syncing a folder. A driver plans a fault for
/// operation n = 1, 2, … and stops when `faultsMet` stays empty: then it has failed every operation there is.
package final class SimulatedDisk: Sendable {
    package struct MetFault: Hashable, Sendable {
        package let operation: Int
        package let fault: Fault
        /// What the operation was, for the message of a failing test.
        package let description: String
    }

    struct State {
        var random: SeededRandom
        var operations = 0
        var plan: [Int: Fault] = [:]
        var faultsMet: [MetFault] = []
        /// Counts the crashes: whatever was opened before the last one belongs to a process that is gone.
        var life = 0
        var isWithoutPower = false
        var spaces: [Machine.DiskSpace] = []
        var environments: [String: SimulatedEnvironment.Stored] = [:]
        var folders: [String: SimulatedFolder.Stored] = [:]
        /// Rows as they once were, by environment.
        var remembered: [String: SimulatedTables] = [:]
    }

    package let seed: UInt64
    private let state: Mutex<State>
    private let others = Mutex<(@Sendable () -> Void)?>(nil)
    private let listers = Mutex<(@Sendable () -> Void)?>(nil)

    package init(seed: UInt64) {
        self.seed = seed
        state = Mutex(State(random: SeededRandom(seed: seed)))
    }

    /// How many operations there have been.
    package var operations: Int { state.withLock { $0.operations } }

    /// The planned faults that have come to pass, in their order.
    package var faultsMet: [MetFault] { state.withLock { $0.faultsMet } }

    /// Plans a fault for an operation, counted from 1 over the life of the disk.
    package func plan(_ fault: Fault, at operation: Int) {
        state.withLock { $0.plan[operation] = fault }
    }

    /// The free space that it reports, on one disk or several, whatever is written; a fault, not this, makes it full.
    package var spaces: [Machine.DiskSpace] { state.withLock { $0.spaces } }

    package func set(spaces: [Machine.DiskSpace]) { state.withLock { $0.spaces = spaces } }

    /// Lets others do something right before each operation: what they see then is what a reader can see.
    package func beforeEachOperation(_ body: (@Sendable () -> Void)?) { others.withLock { $0 = body } }

    /// Lets others do something right before each listing of a folder: whoever lists and then reads comes too late.
    package func beforeEachListing(_ body: (@Sendable () -> Void)?) { listers.withLock { $0 = body } }

    /// Called with no lock of the disk held.
    func letOthersGo() { others.withLock { $0 }?() }

    /// Called with no lock of the disk held.
    func letOthersGoBeforeListing() { listers.withLock { $0 }?() }

    /// Takes back what was planned and has not come to pass.
    package func forgetPlan() { state.withLock { $0.plan = [:] } }

    /// Whether a planned cut has taken the power away: nothing that is told from now on is told by the process.
    package var isWithoutPower: Bool { state.withLock { $0.isWithoutPower } }

    /// Ends every process that uses the disk and takes its power away: what was not synced is lost as the seed decides.
    ///
    /// Environments and folders must then be opened anew; those opened before refuse everything.
    package func crash() {
        state.withLock { state in
            state.life += 1
            state.isWithoutPower = false
            for name in state.environments.keys.sorted() {
                state.environments[name]?.tables.crash(&state.random)
            }
            for name in state.folders.keys.sorted() {
                state.folders[name]?.crash(&state.random)
            }
        }
    }

    /// Ends every process that uses the disk, and nothing else: what they wrote is with the operating system still.
    package func endProcesses() {
        state.withLock { state in
            state.life += 1
            state.isWithoutPower = false
        }
    }

    var life: Int { state.withLock { $0.life } }

    /// Changes what the disk holds, with nobody asking for it.
    func change<R: Sendable>(_ body: (inout State) -> R) -> R { state.withLock { body(&$0) } }

    /// Gives access to the state, unless the power or the asking process is gone.
    func use<R: Sendable>(
        life: Int,
        _ operation: String,
        _ body: (inout State) throws(StorageError) -> R
    ) throws(StorageError) -> R {
        try state.withLock { (state) throws(StorageError) in
            guard state.life == life, !state.isWithoutPower else { throw StorageError(code: EIO, operation) }
            return try body(&state)
        }
    }
}

extension SimulatedDisk.State {
    /// Counts an operation and says how it is to fail.
    ///
    /// The refusals that keep nothing are thrown from here.
    mutating func begin(_ operation: String) throws(StorageError) -> SilentFault? {
        operations += 1
        guard let fault = plan[operations] else { return nil }
        faultsMet.append(SimulatedDisk.MetFault(operation: operations, fault: fault, description: operation))
        switch fault {
        case .lost: return .lost
        case .torn: return .torn
        case .keptButDenied: return .keptButDenied(StorageError(code: EIO, operation))
        case .denied: throw StorageError(code: EIO, operation)
        case .full: throw StorageError(code: ENOSPC, operation)
        case .mapFull: throw StorageError(.mapFull, operation)
        case .powerCut:
            isWithoutPower = true
            throw StorageError(code: EIO, operation)
        }
    }
}

/// The faults that do change something.
enum SilentFault {
    case lost
    case torn
    case keptButDenied(StorageError)
}
