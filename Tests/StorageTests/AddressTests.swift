import Glibc
import Storage
import Synchronization
import Testing

/// Before a ledger is opened for a server its address is tried, and nobody who knocks meanwhile is left waiting.
@Suite(.timeLimit(.minutes(1))) struct AddressTests {
    /// A socket at a port of this machine that was free.
    private struct Socket {
        let file: CInt
        let port: Int

        init() throws {
            let file = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
            try #require(file >= 0)
            var (address, length) = (Self.address(0), Self.length)
            let isNamed = unsafe withUnsafeMutablePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe bind(file, $0, length) == 0 && getsockname(file, $0, &length) == 0
                }
            }
            try #require(isNamed)
            (self.file, port) = (file, Int(UInt16(bigEndian: address.sin_port)))
        }

        static let length = socklen_t(MemoryLayout<sockaddr_in>.size)

        static func address(_ port: Int, host: UInt32 = 0x7F00_0001) -> sockaddr_in {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(port).bigEndian
            address.sin_addr.s_addr = host.bigEndian
            return address
        }

        /// Whether somebody takes a connection there: asked from another address of this machine, since a socket whose
        /// own port happens to be that one would be connected with itself.
        static func isTaken(_ port: Int) -> Bool {
            let file = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
            defer { close(file) }
            return unsafe with(address(0, host: 0x7F00_0002)) { unsafe bind(file, $0, length) == 0 }
                && with(address(port)) { unsafe connect(file, $0, length) == 0 }
        }

        private static func with(_ address: sockaddr_in, _ body: (UnsafePointer<sockaddr>) -> Bool) -> Bool {
            unsafe withUnsafePointer(to: address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0) }
            }
        }
    }

    @Test func `an address that is only tried takes no connection`() throws {
        let free = try Socket()
        close(free.file)
        let (port, ended) = (free.port, Ended())
        let knocking = PinnedThread(name: "knocking")
        try knocking.start { while !ended.isSet { if Socket.isTaken(port) { ended.count() } } }
        for _ in 0..<2_000 { try Machine.requireFree(host: "127.0.0.1", port: port) }
        ended.set()
        knocking.join()
        #expect(ended.counted == 0)
    }

    @Test func `an address that somebody listens on is told of, and one that is no longer is free`() throws {
        let listening = try Socket()
        try #require(listen(listening.file, 1) == 0)
        let fault = #expect(throws: StorageError.self) {
            try Machine.requireFree(host: "127.0.0.1", port: listening.port)
        }
        #expect(fault?.code == EADDRINUSE)
        close(listening.file)
        try Machine.requireFree(host: "127.0.0.1", port: listening.port)
        #expect(throws: StorageError.self) { try Machine.requireFree(host: "nowhere.invalid", port: 1) }
    }

    private final class Ended: Sendable {
        private let value = Atomic(false)
        private let taken = Atomic(0)
        var isSet: Bool { value.load(ordering: .acquiring) }
        var counted: Int { taken.load(ordering: .acquiring) }
        func set() { value.store(true, ordering: .releasing) }
        func count() { taken.add(1, ordering: .relaxed) }
    }
}
