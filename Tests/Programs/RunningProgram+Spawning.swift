import Glibc

extension RunningProgram {
    /// More than all tests together have open; `closefrom` is not to be had in Swift.
    private static let descriptorsMax = 4_096

    /// - Parameter standard: what becomes its descriptors from 0 on; it has no others.
    static func spawn(
        _ words: [String],
        _ environment: [String: String],
        _ standard: [Int32],
    ) throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for (number, handle) in standard.enumerated() {
            let code = unsafe posix_spawn_file_actions_adddup2(&actions, handle, Int32(number))
            guard code == 0 else { throw NotStarted(words: words, code: code) }
        }
        // Those too that another thread opens meanwhile: whatever number it may have.
        for number in standard.count..<min(sysconf(Int32(_SC_OPEN_MAX)), descriptorsMax) {
            unsafe posix_spawn_file_actions_addclose(&actions, Int32(number))
        }

        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var (none, all) = (sigset_t(), sigset_t())
        unsafe sigemptyset(&none)
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        guard let program = words.first else { throw NotStarted(words: words, code: EINVAL) }
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        var variables = unsafe environment.map { unsafe strdup("\($0)=\($1)") } + [nil]
        defer { unsafe (arguments + variables).forEach { unsafe free($0) } }
        var id: pid_t = 0
        let code = unsafe posix_spawnp(&id, program, &actions, &attributes, &arguments, &variables)
        guard code == 0 else { throw NotStarted(words: words, code: code) }
        return id
    }
}
