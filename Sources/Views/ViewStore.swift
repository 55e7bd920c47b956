package import OpenSSL
package import Storage
import Synchronization
import Wire

/// The views on disk: tables derived from the ledger, which answer questions about now and about any moment before.
///
/// They stand in two environments. A commit writes the audit first: so whoever has read the state, and then asks the
/// audit, finds everything there that the state has seen.
///
/// They are disposable. Nothing stands in them but what ``ViewTransaction/fold(_:)`` makes of entries, in their order,
/// so an empty environment and the whole ledger lead to the same rows.
package final class ViewStore: Sendable {
    /// How far the ledger has been folded: its size then, and its root.
    package struct Applied: Sendable, Equatable {
        package var size: UInt64
        package var root: Digest

        package init(size: UInt64, root: Digest) {
            self.size = size
            self.root = root
        }
    }

    package static let tagKeyBytes = 16
    package static let blindKeyBytes = 32

    package let state: Environment
    /// Nothing where only the state is kept, a second time.
    package let audit: Environment?
    /// By the number of the table; nothing for those of a part that is not kept.
    let tables: [Table?]
    private let marks: [Table?]
    let rowTag: RowTag
    let blind: BlindIndex
    let cache = StateCache()
    private let progress = Mutex(AuditProgress?.none)

    /// - Parameters:
    ///   - tagKey: 16 bytes for the tags of rows; with another key every row reads as damaged.
    ///   - blindKey: 32 bytes for look-ups of what no row may show in clear.
    package init(state: Environment, audit: Environment?, tagKey: [UInt8], blindKey: [UInt8]) throws {
        precondition(tagKey.count == Self.tagKeyBytes, "the tag of rows is SipHash, whose key is 16 bytes")
        precondition(blindKey.count == Self.blindKeyBytes, "a blind index is as safe as its key, which is 32 bytes")
        self.state = state
        self.audit = audit
        let environments = ViewPart.allCases.map { part in
            switch part {
            case .state: state
            case .audit: audit
            }
        }
        tables = try ViewTable.allCases.map { try environments[$0.part.rawValue]?.table($0.name) }
        marks = try environments.map { try $0?.table(ViewMark.name) }
        rowTag = RowTag(key: tagKey)
        blind = BlindIndex(key: blindKey)
    }

    /// The parts that are kept here.
    package var parts: [ViewPart] { audit == nil ? [.state] : ViewPart.allCases }

    package var environments: [Environment] { [state] + (audit.map { [$0] } ?? []) }

    package func environment(of part: ViewPart) throws(ViewFault) -> Environment {
        switch part {
        case .state: return state
        case .audit:
            guard let audit else { throw .partNotKept }
            return audit
        }
    }

    func table(_ table: ViewTable) throws(ViewFault) -> Table {
        guard let found = tables[table.rawValue] else { throw .partNotKept }
        return found
    }

    func marks(of part: ViewPart) throws(ViewFault) -> Table {
        guard let found = marks[part.rawValue] else { throw .partNotKept }
        return found
    }

    /// How far a part is; nil when nothing was ever folded.
    package func applied(_ part: ViewPart = .state) throws -> Applied? { try mark(of: part).applied }

    func mark(of part: ViewPart) throws -> ViewMark {
        try environment(of: part).readFromReserve { try $0.mark(of: self, part) }
    }

    /// How far the audit is while it is made anew beside everything else; nothing when it follows each commit.
    package var auditProgress: AuditProgress? {
        get { progress.withLock { $0 } }
        set { progress.withLock { $0 = newValue } }
    }

    /// The parts that the writer keeps up with each commit.
    package var followingParts: [ViewPart] { audit == nil || auditProgress != nil ? [.state] : ViewPart.allCases }

    /// Asks questions of one committed moment; the snapshot ends with the closure.
    ///
    /// - Parameter heads: the ledger's answer about the head of a chain, needed by decisions alone.
    package func read<R>(
        heads: @escaping HeadsOf = ViewStore.noHeads,
        ownScopes: [String] = [],
        _ body: (ViewSnapshot) throws -> R,
    ) throws -> R {
        let snapshot = ViewSnapshot(of: self, try state.beginRead(), heads: heads, ownScopes: ownScopes)
        defer { snapshot.end() }
        return try body(snapshot)
    }

    /// The same for the one writer, which finds a place among the readers even where all are taken.
    package func readFromReserve<R>(_ body: (ViewSnapshot) throws -> R) throws -> R {
        let transaction = try state.beginRead(hasReserve: true)
        let snapshot = ViewSnapshot(of: self, transaction, hasReserve: true, heads: Self.noHeads, ownScopes: [])
        defer { snapshot.end() }
        return try body(snapshot)
    }

    /// Begins the one set of changes, on the writer's thread; letting go of it changes nothing.
    ///
    /// - Parameters:
    ///   - parts: what changes; all of them must be equally far.
    ///   - ownScopes: scopes of the deployment's own choice that open something of ours.
    package func beginTransaction(
        of parts: [ViewPart]? = nil,
        heads: @escaping HeadsOf = ViewStore.noHeads,
        ownScopes: [String] = [],
    ) throws -> ViewTransaction {
        try ViewTransaction(of: self, parts ?? followingParts, heads: heads, ownScopes: ownScopes)
    }

    /// Enlarges the map of a part, for what is folded again after `.mapFull`.
    package func grow(_ part: ViewPart) throws {
        let environment = try environment(of: part)
        try environment.grow(toBytes: environment.mapBytes * 2)
    }
}

/// How far the audit's tables are while they are made anew beside serving.
package struct AuditProgress: Sendable, Equatable {
    /// How many entries are folded.
    package let folded: UInt64
    /// How many entries there were when that was so.
    package let size: UInt64
    /// In how many seconds it will be done, as fast as it goes.
    package let secondsLeft: Int64

    package init(folded: UInt64, size: UInt64, secondsLeft: Int64) {
        (self.folded, self.size, self.secondsLeft) = (folded, size, secondsLeft)
    }

    /// The time that is left follows from how long it took since it had a number of entries.
    package init(folded: UInt64, of size: UInt64, since start: UInt64, microseconds: Int64) {
        let perMicrosecond = max(1, Double(folded - start)) / Double(max(1, microseconds))
        let seconds = (Double(size - folded) / perMicrosecond / 1_000_000).rounded(.up)
        self.init(folded: folded, size: size, secondsLeft: Int64(min(max(1, seconds), 1e9)))
    }
}

/// A question of the audit was asked while its tables are made anew.
package struct AuditBehind: Error, Sendable {
    package let progress: AuditProgress
}
