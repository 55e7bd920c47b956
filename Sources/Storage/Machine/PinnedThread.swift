import CLMDB
import Glibc
import Synchronization

/// One thread of the operating system with a name, for work that must not move to another.
///
/// An LMDB write transaction belongs to the thread that began it, and waiting for the disk must not occupy the threads
/// that Swift's tasks share.
package final class PinnedThread: Sendable {
    private enum State {
        case fresh
        case running(pthread_t)
        case joined
    }

    /// Linux keeps fifteen bytes of a thread's name.
    private static let nameBytesMax = 15

    package let name: String
    private let state = Mutex(State.fresh)

    package init(name: String) {
        self.name = name
    }

    /// Runs the closure on the new thread; a thread starts once.
    package func start(_ body: @escaping @Sendable () -> Void) throws(StorageError) {
        let work = unsafe Unmanaged.passRetained(Work(name: String(name.prefix(Self.nameBytesMax)), body: body))
        let code: Int32? = state.withLock { state in
            guard case .fresh = state else { return nil }
            var thread = pthread_t()
            let code = unsafe pthread_create(&thread, nil, Self.main, work.toOpaque())
            if code == 0 { state = .running(thread) }
            return code
        }
        guard code == 0 else {
            unsafe work.release()
            throw code.map { StorageError(code: $0, "start thread \(name)") }
                ?? StorageError(.busy, "start thread \(name)")
        }
    }

    /// Waits until the closure has returned.
    ///
    /// To be called from another thread, at the latest before the thread's owner goes; a second call returns at once.
    package func join() {
        let running: pthread_t? = state.withLock { state in
            switch state {
            case .running(let thread):
                state = .joined
                return thread
            case .fresh, .joined:
                return nil
            }
        }
        guard let running else { return }
        pthread_join(running, nil)
    }

    private final class Work: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        guard let argument = unsafe argument else { return nil }
        let work = unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
        unsafe pthread_setname_np(pthread_self(), work.name)
        work.body()
        return nil
    }
}
