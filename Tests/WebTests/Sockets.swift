import Foundation

/// The server's sides of its connections, as the kernel tells of them (proc(5), `/proc/net/tcp`).
struct Sockets {
    /// What it has taken from the server and the client has not taken yet.
    let unsentBytes: Int

    static func established(at port: Int) throws -> [Sockets] {
        let ours = String(format: ":%04X", port)
        // Read to its end: it has no length that could be asked for.
        let file = try FileHandle(forReadingFrom: URL(filePath: "/proc/net/tcp"))
        let text = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        return text.split(separator: "\n").compactMap { line in
            // sl, local address, remote address, state, bytes to send and to read: in hexadecimal.
            let fields = line.split(separator: " ")
            guard fields[1].hasSuffix(ours), fields[3] == "01" else { return nil }
            return Int(fields[4].prefix { $0 != ":" }, radix: 16).map(Sockets.init)
        }
    }
}
