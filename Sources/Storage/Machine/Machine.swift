import Glibc

/// Facts about the machine and the process, as the operating system tells them.
///
/// Only `World` and the recovery at start ask; what is decided never depends on them directly.
package enum Machine {
    /// Tells one run of the machine from the next; nil where the system does not say.
    package static var bootID: String? {
        text(of: "/proc/sys/kernel/random/boot_id").map { String($0.prefix { $0 != "\n" }) }
    }

    /// The memory of this process that is in use, in bytes; nil where the system does not say.
    package static var residentBytes: Int? {
        guard let fields = text(of: "/proc/self/statm")?.split(separator: " "), fields.count > 1 else { return nil }
        return Int(fields[1]).map { $0 * sysconf(Int32(_SC_PAGESIZE)) }
    }

    /// The files of /proc say nothing of their size, and none that is asked for here is larger than this.
    private static let textBytesMax = 4096

    private static func text(of path: String) -> String? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: textBytesMax)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, $0.count) }
        guard count > 0 else { return nil }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
