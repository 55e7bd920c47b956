package import Identity
package import Wire

/// A row of what ends by itself: when, by which entry it was told, and what else is known of it.
struct EndingRow {
    static let form = "end microseconds[8] index[8] what else is known"
    private static let headBytes = 16

    let end: Instant
    let index: UInt64
    let content: [UInt8]

    init(end: Instant, index: UInt64, content: [UInt8]) { (self.end, self.index, self.content) = (end, index, content) }

    init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.headBytes else { return nil }
        end = Instant(microseconds: Int64(bitPattern: BigEndian.value(bytes)))
        index = BigEndian.value(bytes, at: 8)
        content = Array(bytes[Self.headBytes...])
    }

    var bytes: [UInt8] { Self.bytes(end) + BigEndian.bytes(index) + content }

    /// It lasts until its end, and then no more: what is over is not there, swept or not.
    func isOver(at moment: Instant) -> Bool { moment >= end }

    /// Where the table of ends has it.
    func place(of key: [UInt8], in table: ViewTable) -> [UInt8] { Self.bytes(end) + [UInt8(table.rawValue)] + key }

    private static func bytes(_ moment: Instant) -> [UInt8] {
        BigEndian.bytes(UInt64(bitPattern: moment.microseconds))
    }
}

/// A row of the table of ends: which row ends, and when.
struct EndPlace {
    let key: [UInt8]
    let table: ViewTable
    /// What the row goes with, when it comes from something sealed.
    let dataKey: String?

    /// - Returns: nil for what is no key of that table.
    init?(_ key: [UInt8], _ value: [UInt8]) {
        guard key.count > 9, let table = ViewTable(rawValue: Int(key[8])) else { return nil }
        (self.key, self.table, dataKey) = (key, table, Self.dataKey(value))
    }

    static func dataKey(_ value: [UInt8]) -> String? { value.isEmpty ? nil : String(decoding: value, as: UTF8.self) }

    var end: Instant { Instant(microseconds: Int64(bitPattern: BigEndian.value(key))) }
    var row: [UInt8] { Array(key[9...]) }
}

extension Lasting {
    /// The activity as rows hold it: its chain, and its fields as canonical JSON.
    package var row: [UInt8] {
        let fields = A.fields.map { ($0.name, $0.get(state)) }
        let content = Array(chain.text.utf8) + [0] + JSON.object(Members(fields)).canonical
        return EndingRow(end: end, index: index, content: content).bytes
    }

    /// Reads a row strictly: each field once, none else, and each value one that the field gives back unchanged.
    package init?(_ id: Identifier<A>, row bytes: [UInt8]) {
        guard let row = EndingRow(bytes), let cut = row.content.firstIndex(of: 0),
            let chain = Place(String(decoding: row.content[..<cut], as: UTF8.self)),
            let fields = (try? JSON.parse(Array(row.content[(cut + 1)...]), as: .canonical))?.members,
            fields.count == A.fields.count
        else { return nil }
        var state = A()
        for field in A.fields {
            guard let value = fields[field.name], field.set(&state, value), field.get(state) == value
            else { return nil }
        }
        self.init(id: id, chain: chain, index: row.index, end: row.end, state: state)
    }
}
