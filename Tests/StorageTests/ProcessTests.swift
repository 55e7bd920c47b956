import Foundation
import Glibc
import Storage
import Synchronization
import Testing

struct ProcessTests {
    @Test func `a folder is locked once, and the refusal names the holder`() throws {
        let place = try Place(.fileSystem)
        var lock: FolderLock? = try FolderLock(folder: place.path)
        #expect(refusal { _ = try FolderLock(folder: place.path) } == .locked(by: getpid()))
        #expect(lock != nil)
        lock = nil
        _ = try FolderLock(folder: place.path)
        #expect(refusal { _ = try FolderLock(folder: "\(place.path)/absent") } == .notFound)
    }

    @Test func `a lock held by another process is noticed, and gone with it`() async throws {
        let place = try Place(.fileSystem)
        let path = place.path
        await #expect(processExitsWith: .success) { [path = path as String] in
            let lock = try FolderLock(folder: path)
            // The process ends without letting go of it.
            withExtendedLifetime(lock) { _exit(0) }
        }
        let lock = try FolderLock(folder: path)
        await #expect(processExitsWith: .success) { [path = path as String] in
            try #require(refusal { _ = try FolderLock(folder: path) } == .locked(by: getppid()))
        }
        withExtendedLifetime(lock) {}
    }

    @Test func `a lock that is a directory is explained`() throws {
        let place = try Place(.fileSystem)
        try #require(unsafe mkdir("\(place.path)/lock", 0o700) == 0)
        let error = #expect(throws: StorageError.self) { _ = try FolderLock(folder: place.path) }
        #expect(error?.code == EISDIR)
        #expect(error.map { "\($0)" }?.hasPrefix("lock \(place.path)/lock: Is a directory") == true)
    }

    @Test func `threads that the system refuses are noticed before anything waits for them`() async throws {
        try Machine.tryThreads(16)
        await #expect(processExitsWith: .success) {
            // A thread's stack is eight megabytes of address space: so much more than there is fits no hundred of them.
            var limit = rlimit()
            try #require(unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0)
            let pages = try #require(
                try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ").first
            )
            limit.rlim_cur = try rlim_t(#require(Int(pages))) * 4_096 + (400 << 20)
            try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0)
            try Machine.tryThreads(8)
            try #require(refusal { try Machine.tryThreads(100) } == .system)
            // Those that were made are gone again.
            try Machine.tryThreads(8)
        }
    }

    @Test func `a pinned thread runs its closure elsewhere, once`() throws {
        let thread = PinnedThread(name: "the writer of the ledger")
        let seen = Mutex<pthread_t?>(nil)
        try thread.start { seen.withLock { $0 = pthread_self() } }
        thread.join()
        thread.join()
        let other = try #require(seen.withLock { $0 })
        #expect(other != pthread_self())
        #expect(refusal { try thread.start {} } == .busy)
    }

    @Test func `the machine tells what it is asked`() throws {
        #expect(Machine.bootID?.utf8.count == 36)
        let boot = Machine.bootMicroseconds
        #expect(boot > 0)
        #expect(Machine.bootMicroseconds >= boot)
        #expect(Machine.wallMicroseconds > 1_700_000_000_000_000)
        _ = Machine.clockIsSynchronised
        #expect(try #require(Machine.residentBytes) > 1 << 20)

        let place = try Place(.fileSystem)
        let space = try Machine.diskSpace(at: place.path)
        #expect(space.freeBytes > 0 && space.freeBytes <= space.totalBytes)
        let identity = try Machine.fileIdentity(of: place.path)
        #expect(try identity == Machine.fileIdentity(of: "\(place.path)/."))
        #expect(try identity != Machine.fileIdentity(of: "/"))
        #expect(refusal { _ = try Machine.fileIdentity(of: "\(place.path)/absent") } == .notFound)
    }

    @Test func `an error says what, where and why`() {
        #expect("\(StorageError(.invalid("too long"), "put"))" == "put: too long")
        #expect("\(StorageError(.locked(by: 7), "lock /a/lock"))" == "lock /a/lock: held by process 7")
        #expect("\(StorageError(.io, "sync /a", code: EIO))" == "sync /a: Input/output error (5)")
        #expect("\(StorageError(.busy, "grow"))" == "grow: busy")
    }
}
