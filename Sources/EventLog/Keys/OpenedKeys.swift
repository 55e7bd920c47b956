import OpenSSL

/// Keys that were opened lately: bounded, and overwritten in memory when they leave.
struct OpenedKeys {
    /// Those in use over and over, of chains and months, are few.
    static let keysMax = 256

    private var keys: [String: [UInt8]] = [:]

    /// A copy: the one in here is nobody else's, so that overwriting it leaves nothing of it.
    subscript(id: String) -> [UInt8]? { keys[id].map { $0.map(\.self) } }

    mutating func remember(_ key: [UInt8], as id: String) {
        // Starting over is simpler than knowing what is oldest, and costs each key one reading.
        if keys.count >= Self.keysMax { forgetAll() }
        keys[id] = key.map(\.self)
    }

    mutating func forget(_ id: String) {
        guard var key = keys.removeValue(forKey: id) else { return }
        wipe(&key)
    }

    mutating func forgetAll() {
        for position in keys.values.indices { wipe(&keys.values[position]) }
        keys.removeAll(keepingCapacity: true)
    }
}
