import Endpoints
import Glibc
import Logging
import Metrics
import Synchronization
import Web
import Wire

extension HostileParser {
    /// Bytes on a connection: requests, pieces of them, or neither, and then the client's end.
    ///
    /// Whatever comes, each answer is one of HTTP, none is a server error, and the server ends the connection too.
    static let connection = HostileParser(
        "connection",
        preparing: {
            let port = try await HostileListener.start()
            return .atOnce { bytes in
                let answer = try exchange(bytes, port: port)
                guard !answer.isEmpty else { return }
                try Broken.unless(answer.starts(with: "HTTP/1.".utf8), "an answer is HTTP")
                try Broken.unless(
                    !answer.starts(with: "HTTP/1.1 5".utf8),
                    "no answer is a server error: \(text(answer))"
                )
            }
        }
    )

    private static let answerSecondsMax = 20

    /// Sends the bytes, says that there are no more, and reads until the server has said the same.
    private static func exchange(_ bytes: [UInt8], port: Int) throws -> [UInt8] {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw Broken("no socket: \(errno)") }
        defer { close(socket) }
        var wait = timeval(tv_sec: answerSecondsMax, tv_usec: 0)
        unsafe setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let connected = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        // The fuzzer's timer interrupts whatever waits.
        if connected < 0, errno == EINTR { return try exchange(bytes, port: port) }
        guard connected == 0 else { throw Broken("the server takes connections: \(errno)") }
        // The server may have closed before all was sent: then there is nobody to read it.
        _ = unsafe bytes.withUnsafeBytes { unsafe send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        shutdown(socket, Int32(SHUT_WR))
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(socket, $0.baseAddress, $0.count, 0) }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { throw Broken("the server ends what its client has ended") }
            guard count > 0 else { return answer }
            answer += buffer[..<count]
        }
    }
}

/// A server on a socket whose endpoints look at what they are given.
private enum HostileListener {
    private static let table = EndpointTable([
        endpoint(.get, "/items/{id}"), endpoint(.post, "/items"), endpoint(.patch, "/items/{id}"), endpoint(.get, "/"),
    ])

    private static func endpoint(_ method: Request.Method, _ path: PathTemplate) -> Endpoint {
        let answer: Endpoint.Answer = { request, _ in
            look(request) ? .json(200, Array(#"{"ok":true}"#.utf8)) : Response(status: 500)
        }
        return Endpoint(
            method,
            path,
            name: "\(method) \(path)",
            access: .open,
            "Looks",
            replies: [],
            bodyBytesMax: 1_024,
            answer: answer
        )
    }

    /// Whether a request is as endpoints may rely on it to be.
    private static func look(_ request: Request) -> Bool {
        let isClean = request.headers.allSatisfy { name, value in
            !name.isEmpty && !(name + value).utf8.contains { $0 == 0 || $0 == 0x0A || $0 == 0x0D }
                && !name.utf8.contains { (0x41...0x5A).contains($0) }
        }
        let isKnown = request.address.flatMap { IPAddress($0)?.unmapped.text } == request.address
        return isClean && isKnown && request.path.utf8.first == UInt8(ascii: "/") && !request.path.contains("?")
    }

    /// Serves until the process ends.
    static func start() async throws -> Int {
        var configuration = WebServer.Configuration(host: "127.0.0.1", port: 0)
        configuration.trustedProxies = ["127.0.0.0/8", "10.0.0.0/8", "2001:db8::/32"].compactMap { CIDR($0) }
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let server = try WebServer(
            table: table,
            configuration: configuration,
            metrics: NOOPMetricsHandler.instance,
            logger: Logger(label: "hostile") { _ in SwiftLogNoOpLogHandler() },
            requestID: { "req_1" },
            onListening: { listening.yield($0) },
        )
        Task.detached { try await server.run() }
        for await port in ports { return port }
        throw Broken("the server listens")
    }
}
