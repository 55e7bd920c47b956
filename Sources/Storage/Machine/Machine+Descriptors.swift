import Glibc

extension Machine {
    /// Raises the process's own limit of open files and sockets as far as is asked for and allowed.
    ///
    /// The limit that a process is started with is often 1,024, for programs that cannot bear more; the other one is
    /// the system's.
    ///
    /// - Returns: how many may be open.
    package static func allowDescriptors(_ count: Int) -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return count }
        let wanted = rlim_t(count)
        guard limit.rlim_cur < wanted else { return count }
        var raised = limit
        raised.rlim_cur = min(wanted, limit.rlim_max)
        let code = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised)
        return Int(code == 0 ? raised.rlim_cur : limit.rlim_cur)
    }
}
