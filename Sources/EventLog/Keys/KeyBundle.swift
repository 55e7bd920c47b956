import Wire

/// The file form of keys that were made together: `bundle-00000001`, a line of canonical JSON.
struct KeyBundle {
    struct Record {
        var id: String
        /// `nil` for a destroyed key: the tombstone stays.
        var wrapped: [UInt8]?
    }

    var records: [Record]
    /// The bundles whose keys these are, but for those destroyed since; they are to be destroyed themselves.
    var replaced: [Int] = []
    /// Whose key wraps them.
    var epoch: Int

    init(records: [Record], epoch: Int = EpochKey.first) {
        self.records = records
        self.epoch = epoch
    }

    mutating func bury(_ id: String) {
        for position in records.indices where records[position].id.bytesEqual(id) { records[position].wrapped = nil }
    }

    static func name(_ number: Int) -> String {
        let digits = String(number)
        return "bundle-" + String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits
    }

    /// The number of a bundle's file; `nil` for any other file, such as one whose name is not as it is written.
    static func number(_ name: String) -> Int? {
        guard name.hasPrefix("bundle-"), let number = Int(name.dropFirst("bundle-".count)),
            (1...numberMax).contains(number), name.bytesEqual(Self.name(number))
        else { return nil }
        return number
    }

    /// As far as JSON counts, in which one bundle names another.
    static let numberMax = Int(JSON.exactIntegers.upperBound)

    var encoded: [UInt8] {
        let keys = records.map { record -> JSON in
            guard let wrapped = record.wrapped else { return ["destroyed": true, "id": .string(record.id)] }
            return ["id": .string(record.id), "wrapped": .string(Base64URL.encode(wrapped))]
        }
        var object: Members = ["keys": .array(keys), "v": 1]
        // Absent means the first, of which alone most ledgers ever know.
        if epoch != EpochKey.first { object["epoch"] = .integer(Int64(epoch)) }
        let numbers = replaced.map { JSON.integer(Int64($0)) }
        if let first = numbers.first { object["replaces"] = numbers.count == 1 ? first : .array(numbers) }
        return JSON.object(object).canonical + [0x0A]
    }

    init(decoding bytes: [UInt8]) throws(Malformed) {
        let line = Array(bytes.prefix { $0 != 0x0A })
        let object = try JSON.parse(line, as: .canonical)
        guard object["v"]?.number == 1, let keys = object["keys"]?.items else {
            throw Malformed("a key bundle of version 1 is expected", at: 0)
        }
        records = []
        let numbers = object["replaces"].map { $0.items ?? [$0] } ?? []
        replaced = numbers.compactMap(\.number).map { Int($0) }
        epoch = object["epoch"]?.number.map { Int($0) } ?? EpochKey.first
        for key in keys {
            guard let id = key["id"]?.text else { throw Malformed("a key has a name", at: 0) }
            let wrapped = try key["wrapped"]?.text.map { (text) throws(Malformed) in try Base64URL.decode(text) }
            guard wrapped != nil || key["destroyed"]?.flag == true else {
                throw Malformed("key \(id) has neither bytes nor a tombstone", at: 0)
            }
            records.append(Record(id: id, wrapped: wrapped))
        }
    }
}
