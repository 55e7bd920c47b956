package import OpenSSL
package import Storage
import Wire

/// The views on disk: tables derived from the ledger, which answer questions about now and about any moment before.
///
/// They are disposable. Nothing stands in them but what ``ViewDraft/fold(_:)`` makes of entries, in their order, so an
/// empty environment and the whole ledger lead to the same rows.
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

    package static let sealKeyBytes = 16
    package static let blindKeyBytes = 32

    package let environment: Environment
    let tables: [Table]
    let meta: Table
    let seal: RowSeal
    let blind: BlindIndex
    let cache = StateCache()

    /// - Parameters:
    ///   - sealKey: 16 bytes for the seals of rows; with another key every row reads as damaged.
    ///   - blindKey: 32 bytes for look-ups of what no row may show in clear.
    package init(_ environment: Environment, sealKey: [UInt8], blindKey: [UInt8]) throws {
        precondition(sealKey.count == Self.sealKeyBytes, "the seal of rows is SipHash, whose key is 16 bytes")
        precondition(blindKey.count == Self.blindKeyBytes, "a blind index is as safe as its key, which is 32 bytes")
        self.environment = environment
        tables = try ViewTable.allCases.map { try environment.table($0.name) }
        meta = try environment.table(ViewMark.name)
        seal = RowSeal(key: sealKey)
        blind = BlindIndex(key: blindKey)
    }

    /// How far the views are; nil when nothing was ever folded.
    package var applied: Applied? {
        get throws { try read { try $0.mark().applied } }
    }

    /// Asks questions of one committed moment; the snapshot ends with the closure.
    ///
    /// - Parameter heads: the ledger's answer about the head of a chain, needed by decisions alone.
    package func read<R>(
        heads: @escaping HeadsOf = ViewStore.noHeads,
        ownScopes: [String] = [],
        _ body: (ViewSnapshot) throws -> R,
    ) throws -> R {
        let snapshot = ViewSnapshot(of: self, try environment.beginRead(), heads: heads, ownScopes: ownScopes)
        defer { snapshot.end() }
        return try body(snapshot)
    }

    /// The same for the one writer, which finds a place among the readers even where all are taken.
    package func readFromReserve<R>(_ body: (ViewSnapshot) throws -> R) throws -> R {
        let transaction = try environment.beginRead(hasReserve: true)
        let snapshot = ViewSnapshot(of: self, transaction, heads: Self.noHeads, ownScopes: [])
        defer { snapshot.end() }
        return try body(snapshot)
    }

    /// Begins the one set of changes, on the writer's thread; letting go of it changes nothing.
    ///
    /// - Parameter ownScopes: scopes of the deployment's own choice that open something of ours.
    package func draft(
        heads: @escaping HeadsOf = ViewStore.noHeads,
        ownScopes: [String] = [],
    ) throws -> ViewDraft {
        try ViewDraft(of: self, try environment.beginWrite(), heads: heads, ownScopes: ownScopes)
    }
}
