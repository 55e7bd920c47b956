import Identity
import Wire

// What begins and ends by itself.
extension ViewTransaction {
    func foldBeginning(_ entry: FoldedEntry, of activity: ActivityKind) throws {
        try activity.accept(FoldBeginning(transaction: self, entry: entry))
    }

    private struct FoldBeginning: ActivityVisitor {
        let transaction: ViewTransaction
        let entry: FoldedEntry

        func visit<A: ActivityWithEnd>(_ activity: A.Type) throws {
            let begun = try Lasting<A>(begunBy: entry.event())
            let (key, row) = (ViewKey.identifier(begun.id.text), begun.row)
            try transaction.put(row, over: transaction.ending(.activities, key), in: .activities, key)
            transaction.put(.intervals, ViewKey.version(of: begun.id.text, at: begun.index), row)
        }
    }

    /// Puts a row that ends by itself in the place of the one before it, where the sweep will find it.
    ///
    /// - Parameter dataKey: what the row goes with, when it comes from something sealed.
    func put(
        _ row: [UInt8],
        over old: EndingRow?,
        in table: ViewTable,
        _ key: [UInt8],
        goingWith dataKey: String? = nil,
    ) throws {
        guard let new = EndingRow(row) else { throw damage(table, key) }
        if let old {
            let place = old.place(of: key, in: table)
            let oldKey = EndPlace.dataKey(try self.row(.ends, place) ?? [])
            delete(.ends, place, goingWith: oldKey)
            delete(table, key, goingWith: oldKey)
        }
        put(table, key, row, goingWith: dataKey)
        put(.ends, new.place(of: key, in: table), Array((dataKey ?? "").utf8), goingWith: dataKey)
    }
}
