import Glibc
import Storage

/// Another program, run to its end.
enum Program {
    /// Runs a program and reads what it says, on either output.
    ///
    /// - Parameter variables: what its environment has besides this process's own, as `NAME=value`.
    static func run(
        _ name: String,
        _ words: [String],
        with variables: [String] = [],
    ) throws -> (status: Int32, output: String) {
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { throw StorageError(.system, "make a pipe", code: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        var arguments = unsafe (["env"] + variables + [name] + words).map { unsafe strdup($0) } + [nil]
        defer { unsafe arguments.forEach { unsafe free($0) } }
        var process: pid_t = 0
        let failure = unsafe posix_spawnp(&process, "env", &actions, nil, &arguments, environ)
        close(ends[1])
        defer { close(ends[0]) }
        guard failure == 0 else { throw StorageError(.notFound, "start \(name)", code: failure) }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while case let count = unsafe read(ends[0], &buffer, buffer.count), count > 0 { output += buffer.prefix(count) }
        var status: Int32 = 0
        unsafe waitpid(process, &status, 0)
        // The exit status stands in the second byte; what a signal ended has none, and did not succeed either.
        return (status & 0x7F == 0 ? status >> 8 & 0xFF : -1, String(decoding: output, as: UTF8.self))
    }

    /// The path of a program that is built beside the tests.
    static func built(_ name: String) -> String {
        guard let whole = unsafe realpath("/proc/self/exe", nil) else { return name }
        defer { unsafe free(whole) }
        return "/" + (unsafe String(cString: whole)).split(separator: "/").dropLast().joined(separator: "/") + "/"
            + name
    }

    /// The path of a folder that nobody has yet.
    static func temporaryFolder() -> String {
        let temporary = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        return "\(temporary)/muniment-snapshots-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    }

    /// Removes a folder with what is in it.
    static func remove(_ folder: String) { _ = try? run("rm", ["-rf", "--", folder]) }
}
