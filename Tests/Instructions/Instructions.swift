import COpenSSL
import Glibc
import Wire

/// A server's work without its sockets, done by one thread under a simulated clock, so that a counter of instructions finds
/// the same at each run: `instructions --data DIR --tokens N --patches N`.
///
/// Valgrind wants it so: its `main` returns, and the binary carries no debugging information. Counts of two runs are set
/// against each other, and what they have in common, such as the start, falls out.
@main
enum Instructions {
    enum Fault: Error {
        case usage
        case answered(Int, String)
        /// Something waits for what never comes.
        case hangs
    }

    static func main() {
        do {
            let (folder, tokens, patches) = try words()
            let server = try CountedServer(folder: folder)
            try server.issue(tokens)
            try server.patch(patches)
            try server.close()
            print(String(decoding: kind.compact, as: UTF8.self))
        } catch {
            print("instructions: \(error)")
            exit(1)
        }
    }

    private static func words() throws -> (folder: String, tokens: Int, patches: Int) {
        let words = CommandLine.arguments.dropFirst()
        guard words.count == 6 else { throw Fault.usage }
        var values: [String: String] = [:]
        for place in stride(from: 1, to: 6, by: 2) { values[words[place]] = words[place + 1] }
        guard let folder = values["--data"], let tokens = values["--tokens"].flatMap(Int.init),
            let patches = values["--patches"].flatMap(Int.init), tokens >= 0, patches >= 0
        else { throw Fault.usage }
        return (folder, tokens, patches)
    }

    /// What else decides how many instructions the same source becomes.
    private static var kind: JSON {
        [
            "architecture": .string(architecture),
            "swift": .string("\(_SwiftStdlibVersion.current)"),
            "libc": .string(libc),
            "libcrypto": .string(unsafe String(cString: OpenSSL_version(OPENSSL_VERSION))),
            "processor": .string(unsafe String(cString: OpenSSL_version(OPENSSL_CPU_INFO))),
        ]
    }

    private static var libc: String {
        var text = [CChar](repeating: 0, count: 64)
        let length = unsafe confstr(Int32(_CS_GNU_LIBC_VERSION), &text, text.count)
        return String(decoding: text.prefix(max(0, length - 1)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static var architecture: String {
        #if arch(x86_64)
        "x86_64"
        #elseif arch(arm64)
        "arm64"
        #else
        "another"
        #endif
    }
}
