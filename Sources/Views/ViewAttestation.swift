package import Wire

/// A commitment to the views: what the entries before an index made of each table.
///
/// Whoever replays the ledger with the same keys comes to the same sums, or the views, or the software, were not what
/// they seemed.
package struct ViewAttestation: Sendable, Equatable {
    /// How many entries are folded.
    package let at: UInt64
    /// Sums of different layouts have nothing to do with each other.
    package let layout: UInt64
    private let hashes: [UInt64]

    init(at: UInt64, totals: [TableTotal]) {
        self.at = at
        layout = ViewMark.layout
        hashes = totals.map(\.hash)
    }

    /// - Returns: `nil` for one of another layout, which has other tables, and for what no views ever came to.
    package init?(_ data: Members) {
        guard let at = data["at"]?.number.flatMap({ UInt64(exactly: $0) }),
            data["layout"]?.number == Int64(ViewMark.layout),
            let tables = data["tables"]?.members, tables.count == ViewTable.allCases.count
        else { return nil }
        var hashes: [UInt64] = []
        for table in ViewTable.allCases {
            guard let bytes = tables[table.name]?.text.flatMap({ try? Base64URL.decode($0) }), bytes.count == 8 else {
                return nil
            }
            hashes.append(BigEndian.value(bytes))
        }
        self.at = at
        layout = ViewMark.layout
        self.hashes = hashes
    }

    package var data: Members {
        let tables = ViewTable.allCases.map { table in
            (table.name, JSON.string(Base64URL.encode(BigEndian.bytes(hashes[table.rawValue]))))
        }
        return [
            "at": .integer(Int64(at)), "layout": .integer(Int64(layout)), "tables": .object(Members(tables)),
        ]
    }

    /// - Parameter opened: whether every segment could be opened; else tables that stand for sealed fields are left
    ///   out.
    package func tables(differingFrom other: ViewAttestation, opened: Bool) -> [String] {
        guard at == other.at else { return [ViewMark.name] }
        return ViewTable.allCases.filter { table in
            (opened || !table.standsForSealed) && hashes[table.rawValue] != other.hashes[table.rawValue]
        }.map(\.name)
    }
}
