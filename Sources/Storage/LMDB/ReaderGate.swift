import CLMDB
import Glibc

/// The gate through which reads pass freely, until the map has to move and everyone must be outside.
///
/// LMDB unmaps and maps the file again when it grows; a read at that moment would touch nothing. So each read holds the
/// gate shared, and growth takes it alone. A waiting growth goes before new reads, or steady readers would keep it out
/// for ever; hence a read inside a read is not allowed. The wait has a limit, after which the readers go on.
@safe
final class ReaderGate: Sendable {
    /// Most reads are over within milliseconds, and all others stand before the gate meanwhile: a growth that meets a
    /// long one is better tried again.
    static let waitSecondsMax = 1

    /// Made in `init`, ended in `deinit`, and otherwise only handed to the pthread functions, which are its lock.
    private nonisolated(unsafe) let lock: UnsafeMutablePointer<pthread_rwlock_t>

    init() {
        var attributes = pthread_rwlockattr_t()
        unsafe pthread_rwlockattr_init(&attributes)
        unsafe pthread_rwlockattr_setkind_np(&attributes, Int32(PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP))
        unsafe lock = .allocate(capacity: 1)
        unsafe lock.initialize(to: pthread_rwlock_t())
        let code = unsafe pthread_rwlock_init(lock, &attributes)
        precondition(code == 0, "a lock of default attributes needs no resource that could be missing")
        unsafe pthread_rwlockattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_rwlock_destroy(lock)
        unsafe lock.deallocate()
    }

    func enter() throws(StorageError) {
        let code = unsafe pthread_rwlock_rdlock(lock)
        guard code == 0 else { throw StorageError(code: code, "enter a read") }
    }

    /// To be called on the thread that entered.
    func leave() {
        unsafe pthread_rwlock_unlock(lock)
    }

    /// Runs alone, when every read has left.
    func alone(_ operation: String, _ body: () throws(StorageError) -> Void) throws(StorageError) {
        var deadline = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &deadline)
        deadline.tv_sec += Self.waitSecondsMax
        let code = unsafe pthread_rwlock_clockwrlock(lock, CLOCK_MONOTONIC, &deadline)
        guard code == 0 else { throw StorageError(code == ETIMEDOUT ? .busy : .system, operation, code: code) }
        defer { leave() }
        try body()
    }
}
