import EventLog
package import Identity
import Storage
import Synchronization
package import Wire

/// Sealed segments that were opened lately: personal data in memory, bounded, and gone when its key is.
final class SegmentCache: Sendable {
    static let segmentsMax = 10_000

    private struct Place: Hashable {
        let index: UInt64
        let ordinal: Int
    }

    private struct Opened {
        let key: String
        let fields: Members
    }

    private let opened = Mutex<[Place: Opened]>([:])

    func fields(_ reference: SealedReference) -> Members? {
        opened.withLock { $0[Place(index: reference.index, ordinal: reference.ordinal)]?.fields }
    }

    /// Drops whatever was opened with a key, once that is destroyed.
    func forget(key: String) {
        opened.withLock { opened in opened = opened.filter { !$0.value.key.bytesEqual(key) } }
    }

    func remember(_ fields: Members, _ reference: SealedReference, key: String) {
        opened.withLock { opened in
            // Starting over is simpler than knowing what is oldest, and costs each segment one opening.
            if opened.count >= Self.segmentsMax { opened.removeAll(keepingCapacity: true) }
            opened[Place(index: reference.index, ordinal: reference.ordinal)] = Opened(key: key, fields: fields)
        }
    }
}

extension Instance {
    /// The fields of a sealed segment; `nil` when its key was destroyed, is not at hand, or retention removed it.
    ///
    /// - Throws: `LedgerFault.damaged` where the key is at hand and does not open it, or is damaged itself: what was
    ///   written over is no erasure.
    package func open(_ reference: SealedReference) throws -> Members? {
        if let known = segments.fields(reference) { return known }
        guard let entry = try entry(at: reference.index) else { return nil }
        guard entry.sealed.indices.contains(reference.ordinal) else {
            throw LedgerFault.damaged(index: reference.index, "it has no sealed segment \(reference.ordinal)")
        }
        let item = entry.sealed[reference.ordinal]
        let row = try tables.environment.read { try tables.segment(reference.index, reference.ordinal, $0) }
        guard let fields = try opened(row, item, reference.index) else { return nil }
        segments.remember(fields, reference, key: item.key)
        // Destroyed while it was being opened: nobody forgets it later.
        guard keys.isDestroyed(KeyName.data(item.key)) else { return fields }
        segments.forget(key: item.key)
        return nil
    }

    private func opened(_ row: [UInt8]?, _ item: Entry.SealedItem, _ index: UInt64) throws -> Members? {
        let name = KeyName.data(item.key)
        do {
            if let fields = try row.flatMap({ try keys.open($0, as: item, ledger: identity.id) }) { return fields }
            if try keys.isDestroyed(name) || keys.key(name) == nil { return nil }
        } catch LedgerFault.keys(let what) {
            throw LedgerFault.damaged(index: index, what)
        }
        throw LedgerFault.damaged(index: index, "its sealed segment is not what was written")
    }
}
