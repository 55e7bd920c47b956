package import Wire

/// A commitment to the views: what the entries before an index made of each table of the state.
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
        hashes = ViewPart.state.tables.map { totals[$0.rawValue].hash }
    }

    /// - Returns: `nil` for one of another layout, which has other tables, and for what no views ever came to.
    package init?(_ data: Members) {
        guard let at = data["at"]?.number.flatMap({ UInt64(exactly: $0) }),
            data["layout"]?.number == Int64(ViewMark.layout),
            let tables = data["tables"]?.members, tables.count == ViewPart.state.tables.count
        else { return nil }
        var hashes: [UInt64] = []
        for table in ViewPart.state.tables {
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
        let tables = zip(ViewPart.state.tables, hashes).map { table, hash in
            (table.name, JSON.string(Base64URL.encode(BigEndian.bytes(hash))))
        }
        return [
            "at": .integer(Int64(at)), "layout": .integer(Int64(layout)), "tables": .object(Members(tables)),
        ]
    }

    /// - Parameter opened: whether every segment could be opened; else tables that stand for sealed fields are left
    ///   out.
    package func tables(differingFrom other: ViewAttestation, opened: Bool) -> [String] {
        guard at == other.at else { return [ViewMark.name] }
        return zip(ViewPart.state.tables, zip(hashes, other.hashes)).filter { table, hash in
            (opened || !table.standsForSealed) && hash.0 != hash.1
        }.map(\.0.name)
    }
}
