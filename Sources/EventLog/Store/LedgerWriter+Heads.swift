import OpenSSL
import Storage
package import Wire

// The heads behind which the next entries are written: read once, compared with the entries that they speak of, and
// remembered.
extension LedgerWriter {
    func forgetHeads() {
        heads.removeAll()
        comparedChains.removeAll()
    }

    package func head(_ chain: String, _ class: Entry.Class) throws -> LedgerTables.Head? {
        let key = ChainKey(chain: chain, class: `class`)
        if let head = heads[key] { return head }
        try compareHeads(of: chain)
        return heads[key]
    }

    /// Reads the heads of a chain for the first time, and compares them with the entries that they speak of.
    ///
    /// - Throws: `LedgerFault.damaged` where they are not the last ones: nothing may be written behind them.
    func compareHeads(of chain: String) throws {
        guard !comparedChains.contains(chain) else { return }
        var counted: UInt64 = 0
        for place in Entry.Class.allCases {
            let found = try tables.environment.readFromReserve { try tables.comparedHead(chain, place, $0) }
            guard let found else { continue }
            counted += found.sequence + 1
            let key = ChainKey(chain: chain, class: place)
            if heads[key] == nil { heads[key] = found }
        }
        if let known = try witness.entries(chain), known > counted {
            throw LedgerFault.damaged(
                index: nil,
                "the chain \(chain) has \(known) entries, and its stored heads know of \(counted)"
            )
        }
        comparedChains.insert(chain)
    }

    /// The heads of a chain as a transfer writes them down: `{state, activity}`, each `{sequence, leaf}`.
    package func headsJSON(of chain: String) throws -> JSON {
        var members: Members = [:]
        for place in [Entry.Class.activity, .state] {
            guard let head = try head(chain, place) else { continue }
            members[place.rawValue] = [
                "leaf": .string(Base64URL.encode(head.leaf.bytes)), "sequence": .integer(Int64(head.sequence)),
            ]
        }
        return .object(members)
    }

    /// Reads the head of a stream for the first time, and compares it with the entry that it speaks of.
    func comparedHead(of stream: String) throws -> LedgerTables.StreamHead? {
        let found = try tables.environment.readFromReserve { try tables.comparedHead(of: stream, $0) }
        if let known = try witness.version(stream), known != found?.version ?? 0 {
            throw LedgerFault.damaged(
                index: found?.index,
                "the stream \(stream) is at version \(known), and its stored head at \(found?.version ?? 0)"
            )
        }
        return found
    }
}
