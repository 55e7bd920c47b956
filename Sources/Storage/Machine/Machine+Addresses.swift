import Glibc

extension Machine {
    /// Finds out whether an address can be listened on, by taking it for a moment.
    ///
    /// Nothing is listened for: whoever connects meanwhile is refused as before, and not taken and left waiting.
    ///
    /// - Parameters:
    ///   - host: a name or an address; the first that the name stands for is tried.
    ///   - port: 0 is any that is free.
    /// - Throws: `StorageError` of the kind `system`, with the number that the operating system gave.
    package static func requireFree(host: String, port: Int) throws(StorageError) {
        let operation = "take \(host):\(port)"
        var wanted = unsafe addrinfo()
        unsafe wanted.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, String(port), &wanted, &found) == 0, let address = unsafe found else {
            throw StorageError(code: EADDRNOTAVAIL, operation)
        }
        defer { unsafe freeaddrinfo(address) }
        let file = unsafe socket(address.pointee.ai_family, address.pointee.ai_socktype, 0)
        guard file >= 0 else { throw .fromSystem(operation) }
        defer { close(file) }
        // As a server does, so that connections that have just ended keep none from its address.
        var reuse: CInt = 1
        unsafe setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<CInt>.size))
        guard unsafe bind(file, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 else {
            throw .fromSystem(operation)
        }
    }
}
