package import Identity
import Storage
package import Wire

// What ends by itself, as long as it lasts.
extension RowReader {
    package func lasts<A: ActivityWithEnd>(_ id: Identifier<A>, at moment: Instant) throws -> Bool {
        try begun(ViewKey.identifier(id.text)).map { !$0.isOver(at: moment) } ?? false
    }

    /// The row in force at this reader's position, over or not.
    private func begun(_ key: [UInt8]) throws -> EndingRow? {
        guard let position else { return try ending(.activities, key) }
        let prefix = key + [0]
        let found = try nearest(
            .intervals,
            to: prefix + BigEndian.bytes(~position),
            .forward,
            prefix: prefix,
            suffixBytes: ViewKey.indexBytes
        )
        return try found.map { found in
            guard let row = EndingRow(found.value) else { throw damage(.intervals, found.key) }
            return row
        }
    }

    /// A row that ends by itself, over or not.
    func ending(_ table: ViewTable, _ key: [UInt8]) throws -> EndingRow? {
        try row(table, key).map { bytes in
            guard let row = EndingRow(bytes) else { throw damage(table, key) }
            return row
        }
    }
}

extension Present {
    /// The entries that say again what still lasts at a moment and was told last by an entry that is to be removed.
    ///
    /// - Parameters:
    ///   - run: the indexes of the first and the last entry that go, of those of the activity of a chain.
    ///   - limit: how many there are at most in the answer.
    package func restatements(
        of run: ClosedRange<UInt64>,
        in chain: Place,
        at moment: Instant,
        limit: Int,
    ) throws -> [Event] {
        var events: [Event] = []
        try reader.scan(.activities, from: nil, .forward) { key, value in
            let key = key.copied
            guard let row = EndingRow(value.copied) else { throw reader.damage(.activities, key) }
            guard run.contains(row.index), !row.isOver(at: moment) else { return true }
            let restating = Restating(id: String(decoding: key, as: UTF8.self), row: row.bytes)
            guard let event = try ActivityKind.allCases.compactMap({ try $0.accept(restating) }).first else {
                throw reader.damage(.activities, key)
            }
            if event.chain == chain { events.append(event) }
            return events.count < limit
        }
        return events
    }

    private struct Restating: ActivityVisitor {
        let id: String
        let row: [UInt8]

        func visit<A: ActivityWithEnd>(_ activity: A.Type) -> Event? {
            Identifier<A>(id).flatMap { Lasting<A>($0, row: row)?.restated }
        }
    }
}
