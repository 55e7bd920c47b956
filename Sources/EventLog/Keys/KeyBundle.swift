import Storage
import Wire

/// The file form of keys that were made together: `bundle-00000001`, a line of canonical JSON.
struct KeyBundle {
    struct Record {
        var id: String
        /// `nil` for a destroyed key: the tombstone stays.
        var wrapped: [UInt8]?
        /// Where it lies in the file that it was read from.
        var bytes = 0..<0
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

    /// What is said of a file that is not there as it was written.
    static func damaged(_ number: Int) -> LedgerFault {
        .keys("keys/\(name(number)) is damaged; restore the keys from their backup")
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
        var records: [Record] = []
        self = try Self.read(bytes) { (reader) throws(Malformed) in records.append(try Record(from: &reader)) }
        self.records = records
    }

    /// Reads a file with none of its records, each of which `body` reads.
    static func read(
        _ bytes: [UInt8],
        _ body: (inout JSONReader) throws(Malformed) -> Void,
    ) throws(Malformed) -> KeyBundle {
        var reader = JSONReader(bytes)
        let outside = try reader.enter()
        var bundle = KeyBundle(records: [], epoch: try reader.has(.epoch) ? Int(reader.integer()) : EpochKey.first)
        try reader.require(.keys)
        try reader.items(body)
        if try reader.has(.replaces) {
            let numbers = try reader.json()
            bundle.replaced = (numbers.items ?? [numbers]).compactMap(\.number).map { Int($0) }
        }
        try reader.require(.v)
        guard try reader.integer() == 1 else { throw reader.malformed("a key bundle of version 1 is expected") }
        try reader.leave(to: outside)
        // Behind the line stands what overwriting a longer file has left.
        guard reader.index == bytes.count || bytes[reader.index] == 0x0A else {
            throw reader.malformed("a key bundle is one line")
        }
        return bundle
    }

    /// Reads one record.
    ///
    /// - Parameters:
    ///   - name: what is to be told of the name, which is lent.
    ///   - wrapped: reads what is wrapped; there is none in a tombstone.
    /// - Returns: both, and where the record lies.
    static func record<Name, Wrapped>(
        _ reader: inout JSONReader,
        name: (Span<UInt8>) -> Name,
        wrapped: (inout JSONReader) throws(Malformed) -> Wrapped,
    ) throws(Malformed) -> (name: Name, wrapped: Wrapped?, bytes: Range<Int>) {
        let start = reader.index
        let outside = try reader.enter()
        let isDestroyed = try reader.has(.destroyed) ? reader.flag() : false
        try reader.require(.id)
        let id = try reader.ascii(name)
        let key = try reader.has(.wrapped) ? wrapped(&reader) : nil
        guard key != nil || isDestroyed else { throw reader.malformed("a key has neither bytes nor a tombstone") }
        try reader.leave(to: outside)
        return (id, key, start..<reader.index)
    }
}

extension KeyBundle.Record {
    fileprivate init(from reader: inout JSONReader) throws(Malformed) {
        (id, wrapped, bytes) = try KeyBundle.record(&reader) { name in
            String(decoding: name.copied, as: UTF8.self)
        } wrapped: { (reader) throws(Malformed) in
            try reader.base64URL()
        }
    }

    /// Reads a record as it lies in its file.
    init(decoding bytes: [UInt8]) throws(Malformed) {
        var reader = JSONReader(bytes)
        try self.init(from: &reader)
        try reader.end()
    }
}

extension MemberName {
    fileprivate static let destroyed: Self = "destroyed"
    fileprivate static let epoch: Self = "epoch"
    fileprivate static let keys: Self = "keys"
    fileprivate static let replaces: Self = "replaces"
    fileprivate static let wrapped: Self = "wrapped"
}
