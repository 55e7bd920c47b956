/// Which environment of the views a table stands in.
///
/// What decisions and resources are read from is the state. What only finds entries, or tells of uses, is the audit: it
/// can be made anew while everybody is served.
package enum ViewPart: Int, Sendable, CaseIterable {
    case state, audit

    /// The tables that stand in it, in their order.
    package var tables: [ViewTable] {
        switch self {
        case .state: Self.stateTables
        case .audit: Self.auditTables
        }
    }

    /// The folder it stands in, below `views`.
    package var name: String {
        switch self {
        case .state: "state"
        case .audit: "audit"
        }
    }

    /// The table of its rows that come from what is sealed.
    var erasable: ViewTable {
        switch self {
        case .state: .erasable
        case .audit: .auditErasable
        }
    }

    private static let stateTables = ViewTable.allCases.filter { $0.part == .state }
    private static let auditTables = ViewTable.allCases.filter { $0.part == .audit }
}

/// The tables of `views/state/data.mdb` and `views/audit/data.mdb`, and the bytes of their rows.
///
/// Numbers are big-endian; `~n` is the complement of n, so that the newest comes first; texts are UTF-8 and end with a
/// zero byte where something follows them. Behind every value stand the 8 bytes of its tag (``RowTag``).
package enum ViewTable: Int, Sendable, CaseIterable {
    case current, versions, facets, pastEdges, counts, countVersions, slugs, lookups, lastUsed, texts,
        addresses, erasable, auditErasable, terms, idempotency, activities, intervals, ends, entries, lengths, latest,
        actors, undone

    package var part: ViewPart {
        switch self {
        case .current, .versions, .facets, .pastEdges, .counts, .countVersions, .slugs, .lookups, .texts, .erasable,
            .idempotency, .activities, .intervals, .ends, .lengths, .latest, .undone:
            .state
        case .lastUsed, .addresses, .auditErasable, .terms, .entries, .actors: .audit
        }
    }

    /// The keys and values of its rows, in words: part of the layout, so whoever changes a row's bytes changes these.
    package var form: String {
        switch self {
        case .current: "identifier → state row: the resource as it is, a deleted one included"
        case .versions: "identifier 0 ~index[8] → state row: the resource as it was from that entry on"
        case .facets:
            "noun 0 place 0 sign facet 0 created index[8] → FacetRow: when the resource was in the set; + of the "
                + "living, - of the deleted; edges: relation 0 end 0 kind of the others, or <, 0 created of the other"
        case .pastEdges:
            "key of facets ~first[8] → boundaries, each index[8]: older ones of an edge that came and went often"
        case .counts: "noun 0 place 0 sign facet → n[8]: how many are in the set"
        case .countVersions:
            "noun 0 place 0 sign facet 0 ~index[8] → n[8]: how many were in the set from that entry on "
        case .slugs: "noun 0 slug → identifier: who has or ever had it; never removed"
        case .lookups: "key 0 keyed hash → identifier: what is found by a proof, while it is there"
        case .lastUsed:
            "identifier of a credential → microseconds[8]: when it was last used, to the minute "
        case .texts: "noun.field 0 blind text[16] identifier → 1 where it is so now, 0 where it was before"
        case .addresses:
            "blind address[16] data key → nothing: under which data keys entries from there are indexed "
        case .erasable, .auditErasable:
            "data key 0 table[1] key → nothing: the rows of the part that go when the data key is destroyed"
        case .terms:
            "kind[1] text 0 block[4] → TermBlock: the entries that have something in common, as those of an edge have "
                + "each of its ends"
        case .idempotency:
            "actor 0 keyed hash[32] → EndingRow, fingerprint[32]: what a client may safely repeat"
        case .activities:
            "identifier → EndingRow, chain 0 fields: what lasts until its end, and is not swept yet"
        case .intervals:
            "identifier 0 ~index[8] → as in activities: what lasted from that entry on, until its end"
        case .ends:
            "microseconds[8] table[1] key → data key: rows of activities and idempotency as they end; the data key "
                + "where the entry seals who acted"
        case .entries:
            "first 8 bytes of an entry's random identifier → index[8]: where an entry stands that is "
                + "known by name"
        case .lengths: "chain, or stream of an edge → entries[8]: how many it has"
        case .latest:
            "type, or type 0 member of data → index[8]: the last entry of what the server does to itself"
        case .actors:
            "blind actor[16] data key → home: under which data keys entries are indexed that seal who acted"
        case .undone: "index[8] ~index[8] → nothing: an entry, and one that undid it"
        }
    }

    /// Whether rows of it come from what is sealed, and go with its key.
    var standsForSealed: Bool {
        switch self {
        case .texts, .addresses, .erasable, .auditErasable, .terms, .idempotency, .ends, .actors: true
        case .current, .versions, .facets, .pastEdges, .counts, .countVersions, .slugs, .lookups, .lastUsed,
            .activities, .intervals, .entries, .lengths, .latest, .undone:
            false
        }
    }

    /// Whether rights follow from its rows: who is what and is active, who belongs to whom, whose a slug or a proof is,
    /// what was taken back; and whether what is written next goes on where the last entry of its chain ended.
    package var givesAuthority: Bool {
        switch self {
        case .current, .facets, .slugs, .lookups, .activities, .lengths: true
        case .versions, .pastEdges, .counts, .countVersions, .lastUsed, .texts, .addresses, .erasable, .auditErasable,
            .terms, .idempotency, .intervals, .ends, .entries, .latest, .actors, .undone:
            false
        }
    }

    package var name: String {
        switch self {
        case .current: "current"
        case .versions: "versions"
        case .facets: "facets"
        case .pastEdges: "past_edges"
        case .counts: "counts"
        case .countVersions: "count_versions"
        case .slugs: "slugs"
        case .lookups: "lookups"
        case .lastUsed: "last_used"
        case .texts: "texts"
        case .addresses: "addresses"
        case .erasable: "erasable"
        case .auditErasable: "audit_erasable"
        case .terms: "terms"
        case .idempotency: "idempotency"
        case .activities: "activities"
        case .intervals: "intervals"
        case .ends: "ends"
        case .entries: "entries"
        case .lengths: "lengths"
        case .latest: "latest"
        case .actors: "actors"
        case .undone: "undone"
        }
    }
}
