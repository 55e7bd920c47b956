import OpenSSL
package import Wire

// Decoding refuses bytes that are not the canonical form of an entry of version 1. Members it does not know are let
// pass: a verifier outlives the versions of the software that writes. Folding is stricter, and is not done here.
//
// Everywhere members are asked for in the canonical order of their names: see `JSONReader`.
extension Entry {
    /// Reads an entry from its bytes.
    ///
    /// - Parameter isDataRead: whether the caller reads the `data` of entries of a type; where not, it is checked like
    ///   all else and then left out. Without this it is read of all.
    package init(decoding bytes: [UInt8], isDataRead: ((_ type: String) -> Bool)? = nil) throws(Malformed) {
        guard bytes.count <= Self.bytesMax else {
            throw Malformed("an entry has at most \(Self.bytesMax) bytes", at: 0)
        }
        var reader = JSONReader(bytes)
        let outside = try reader.enter()
        try reader.require(.actor)
        actor = try Actor(reading: &reader)
        batch = try reader.has(.batch) ? try Batch(reading: &reader) : nil
        cause = try reader.optionalPosition(.cause)
        chain = try reader.text(.chain)
        `class` = try reader.choice(.class, Class.self)
        code = try reader.optionalText(.code)
        compensates = try reader.optionalPosition(.compensates)
        try reader.require(.data)
        var dataReader = reader
        data = isDataRead == nil ? try reader.members() : try reader.passMembers()
        id = try reader.text(.id)
        index = try reader.position(.index)
        previous = try reader.has(.previous) ? try reader.digest() : nil
        try reader.require(.recordedAt)
        recordedAt = try reader.instant()
        request = try reader.has(.request) ? try EntryRequest(reading: &reader) : nil
        result = try reader.choice(.result, Result.self)
        schema = try reader.has(.schema) ? try reader.integer() : 1
        if try reader.has(.sealed) {
            var items: [SealedItem] = []
            try reader.items { (reader) throws(Malformed) in items.append(try SealedItem(reading: &reader)) }
            sealed = items
        }
        sequence = try reader.position(.sequence)
        stream = try reader.optionalText(.stream)
        type = try reader.text(.type)
        try reader.require(.v)
        guard try reader.integer() == 1 else { throw reader.malformed("an entry of version 1 says so in v") }
        version = try reader.optionalPosition(.version)
        try reader.leave(to: outside)
        try reader.end()
        if let isDataRead, isDataRead(type) { data = try dataReader.members() }
    }
}

extension Entry.Batch {
    fileprivate init(reading reader: inout JSONReader) throws(Malformed) {
        var numbers: [Int64] = []
        try reader.items { (reader) throws(Malformed) in numbers.append(try reader.integer()) }
        guard numbers.count == 2, numbers[1] >= 2, numbers[1] <= Self.countMax, (1...numbers[1]).contains(numbers[0])
        else { throw reader.malformed("batch is [k, n] with 1 ≤ k ≤ n ≤ \(Self.countMax)") }
        self.init(position: Int(numbers[0]), count: Int(numbers[1]))
    }
}

extension Entry.SealedItem {
    fileprivate init(reading reader: inout JSONReader) throws(Malformed) {
        let outside = try reader.enter()
        try reader.require(.commitment)
        commitment = try reader.digest()
        fields = try reader.texts(.fields)
        key = try reader.text(.key)
        subject = try reader.text(.subject)
        try reader.leave(to: outside)
    }
}

extension Actor {
    fileprivate init(reading reader: inout JSONReader) throws(Malformed) {
        let outside = try reader.enter()
        assurance = try reader.has(.assurance) ? try Assurance(reading: &reader) : nil
        credential = try reader.optionalText(.credential)
        home = try reader.optionalText(.home)
        id = try reader.optionalText(.id)
        kind = try reader.choice(.kind, Kind.self)
        name = try reader.optionalText(.name)
        var principals: [Principal] = []
        if try reader.has(.onBehalfOf) {
            try reader.items { (reader) throws(Malformed) in principals.append(try Principal(reading: &reader)) }
        }
        onBehalfOf = principals
        role = try reader.optionalText(.role)
        session = try reader.optionalText(.session)
        try reader.leave(to: outside)
    }
}

extension Actor.Assurance {
    fileprivate init(reading reader: inout JSONReader) throws(Malformed) {
        let outside = try reader.enter()
        try reader.require(.at)
        at = try reader.instant()
        level = try reader.choice(.level, Level.self)
        methods = try reader.texts(.methods)
        try reader.leave(to: outside)
    }
}

extension Actor.Principal {
    fileprivate init(reading reader: inout JSONReader) throws(Malformed) {
        let outside = try reader.enter()
        id = try reader.text(.id)
        kind = try reader.choice(.kind, Actor.Kind.self)
        try reader.leave(to: outside)
    }
}

extension EntryRequest {
    fileprivate init(reading reader: inout JSONReader) throws(Malformed) {
        let outside = try reader.enter()
        endpoint = try reader.text(.endpoint)
        id = try reader.text(.id)
        idempotency = try reader.has(.idempotency) ? try Idempotency(reading: &reader) : nil
        ip = try reader.optionalText(.ip)
        trace = try reader.optionalText(.trace)
        userAgent = try reader.optionalText(.userAgent)
        try reader.leave(to: outside)
    }
}

extension EntryRequest.Idempotency {
    fileprivate init(reading reader: inout JSONReader) throws(Malformed) {
        let outside = try reader.enter()
        try reader.require(.fingerprint)
        fingerprint = try KeyedHash(reading: &reader)
        try reader.require(.key)
        key = try KeyedHash(reading: &reader)
        try reader.leave(to: outside)
    }
}

extension KeyedHash {
    fileprivate init(reading reader: inout JSONReader) throws(Malformed) {
        let outside = try reader.enter()
        key = try reader.text(.key)
        try reader.require(.mac)
        mac = try reader.digest()
        try reader.leave(to: outside)
    }
}

// Members with the kinds of values that entries have.
extension JSONReader {
    fileprivate mutating func text(_ name: MemberName) throws(Malformed) -> String {
        try require(name)
        return try string()
    }

    fileprivate mutating func optionalText(_ name: MemberName) throws(Malformed) -> String? {
        try has(name) ? try string() : nil
    }

    fileprivate mutating func texts(_ name: MemberName) throws(Malformed) -> [String] {
        try require(name)
        var texts: [String] = []
        try items { (reader) throws(Malformed) in texts.append(try reader.string()) }
        return texts
    }

    fileprivate mutating func members() throws(Malformed) -> Members {
        guard let members = try json().members else { throw malformed("an object is expected") }
        return members
    }

    /// Passes over an object, as if it had no members.
    fileprivate mutating func passMembers() throws(Malformed) -> Members {
        let outside = try enter()
        try leave(to: outside)
        return [:]
    }

    fileprivate mutating func position(_ name: MemberName) throws(Malformed) -> UInt64 {
        try require(name)
        return try position()
    }

    private mutating func position() throws(Malformed) -> UInt64 {
        let number = try integer()
        guard number >= 0 else { throw malformed("a position is expected") }
        return UInt64(number)
    }

    fileprivate mutating func optionalPosition(_ name: MemberName) throws(Malformed) -> UInt64? {
        try has(name) ? try position() : nil
    }

    fileprivate mutating func choice<V: RawRepresentable & CaseIterable>(
        _ name: MemberName,
        _ type: V.Type,
    ) throws(Malformed) -> V where V.RawValue == String {
        let text = try text(name)
        // Their words are small letters and underscores: Swift finds no other text equal to one of these.
        let choice = V.allCases.first { $0.rawValue == text }
        guard let choice else { throw malformed("\(name.text) has no such value") }
        return choice
    }

    fileprivate mutating func digest() throws(Malformed) -> Digest {
        guard let digest = Digest(try base64URL()) else { throw malformed("a digest of 32 bytes is expected") }
        return digest
    }
}
