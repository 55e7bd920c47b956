import Wire

extension EntryScanner {
    /// The members of a request, in the canonical order of their names.
    enum RequestField: Int {
        case endpoint, id, idempotency, ip, trace, userAgent

        static let names = ["endpoint", "id", "idempotency", "ip", "trace", "user_agent"]
    }

    mutating func request(_ bytes: Span<UInt8>, _ facts: inout EntryFacts) throws(Malformed) {
        var hasEndpoint = false
        try open(bytes)
        var last: Range<Int>?
        var next = 0
        while let name = try member(bytes, after: &last) {
            guard let number = words.request.find(word(bytes, name), from: &next),
                let field = RequestField(rawValue: number)
            else {
                try skipValue(bytes, depth: 2)
                continue
            }
            switch field {
            case .endpoint:
                try endpoint(bytes)
                hasEndpoint = true
            case .id: facts.requestID = try text(bytes, bytesMax: 128)
            case .idempotency: try idempotency(bytes)
            case .ip:
                try address(bytes)
                facts.showsClient = true
            case .trace: try text(bytes, bytesMax: EntryRequest.traceBytesMax)
            case .userAgent:
                try text(bytes, bytesMax: EntryRequest.userAgentBytesMax)
                facts.showsClient = true
            }
        }
        guard hasEndpoint, !facts.requestID.isEmpty else { throw malformed("a request has an id and an endpoint") }
    }

    private mutating func idempotency(_ bytes: Span<UInt8>) throws(Malformed) {
        var met = 0
        try open(bytes)
        var last: Range<Int>?
        while let name = try member(bytes, after: &last) {
            if isText("key", bytes, name) || isText("fingerprint", bytes, name) {
                try keyedHash(bytes)
                met += 1
            } else {
                try skipValue(bytes, depth: 3)
            }
        }
        guard met == 2 else { throw malformed("idempotency is {key, fingerprint}") }
    }

    private mutating func keyedHash(_ bytes: Span<UInt8>) throws(Malformed) {
        var met = 0
        try open(bytes)
        var last: Range<Int>?
        while let name = try member(bytes, after: &last) {
            if isText("key", bytes, name) {
                _ = try identifier(bytes)
                met += 1
            } else if isText("mac", bytes, name) {
                _ = try digest(bytes)
                met += 1
            } else {
                try skipValue(bytes, depth: 4)
            }
        }
        guard met == 2 else { throw malformed("a keyed hash is {key, mac}") }
    }
}
