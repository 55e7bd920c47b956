import COpenSSL
import Glibc
import Wire

/// A server's work without its sockets, done by one thread under a simulated clock, so that a counter of instructions
/// finds the same at each run: `instructions --data DIR --tokens N --patches N --lists N`.
///
/// Valgrind wants it so: its `main` returns, and the binary carries no debugging information. Counts of two runs are
/// set against each other, and what they have in common, such as the start, falls out.
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
            let words = try words()
            let server = try CountedServer(folder: words.folder)
            try server.issue(words.tokens)
            try server.administer(patches: words.patches, lists: words.lists)
            try server.close()
            print(String(decoding: kind.compact, as: UTF8.self))
        } catch {
            print("instructions: \(error)")
            exit(1)
        }
    }

    private static func words() throws -> (folder: String, tokens: Int, patches: Int, lists: Int) {
        let words = CommandLine.arguments.dropFirst()
        guard words.count == 8 else { throw Fault.usage }
        var values: [String: String] = [:]
        for place in stride(from: 1, to: 8, by: 2) { values[words[place]] = words[place + 1] }
        let counts = ["--tokens", "--patches", "--lists"].compactMap { values[$0].flatMap { UInt16($0) } }.map(Int.init)
        guard let folder = values["--data"], counts.count == 3 else { throw Fault.usage }
        return (folder, counts[0], counts[1], counts[2])
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
