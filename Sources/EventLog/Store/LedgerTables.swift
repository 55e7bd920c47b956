package import OpenSSL
package import Storage
import Wire

/// The tables of `ledger/data.mdb`, and the bytes of their rows.
///
/// Numbers are big-endian.
///
/// Nothing stands here but what follows from entries and segments:
/// - `entries.state`, `entries.activity`: index[8] → the entry's bytes; of an activity entry that retention removed,
///   the index[8] of the `retention.applied` that covers it
/// - `segments`: index[8] ‖ ordinal[2] → the sealed row
/// - `hashes`: index[8] → the tree hashes that this leaf completes, its own first, 32 bytes each
/// - `chains`: chain ‖ 0 ‖ class → sequence[8] ‖ index[8] ‖ leaf[32] of the last entry there
/// - `streams`: stream → version[8] ‖ index[8] of the last state entry there
/// - `data_keys`: data key → index[8] of the first entry that names it ‖ index[8] of the first that destroyed it, if
///   one did; and 0x00 → nothing, once the table has every key
package struct LedgerTables: Sendable {
    package let environment: Environment
    package let state: Table
    package let activity: Table
    package let segments: Table
    package let hashes: Table
    package let chains: Table
    package let streams: Table
    /// `nil` where a ledger is only read that was written before there was this table.
    package let dataKeys: Table?

    package init(_ environment: Environment) throws {
        self.environment = environment
        state = try environment.table("entries.state")
        activity = try environment.table("entries.activity")
        segments = try environment.table("segments")
        hashes = try environment.table("hashes")
        chains = try environment.table("chains")
        streams = try environment.table("streams")
        do throws(StorageError) {
            dataKeys = try environment.table("data_keys")
        } catch {
            guard error.kind == .notFound else { throw error }
            dataKeys = nil
        }
    }

    /// The last entry of a (chain, class).
    package struct Head: Sendable, Equatable {
        package var sequence: UInt64
        package var index: UInt64
        package var leaf: Digest

        var row: [UInt8] { BigEndian.bytes(sequence) + BigEndian.bytes(index) + leaf.bytes }

        init(sequence: UInt64, index: UInt64, leaf: Digest) {
            self.sequence = sequence
            self.index = index
            self.leaf = leaf
        }

        init?(row: [UInt8]) {
            guard row.count == 48, let leaf = Digest(Array(row[16...])) else { return nil }
            self.init(sequence: BigEndian.value(row), index: BigEndian.value(row, at: 8), leaf: leaf)
            guard max(sequence, index) < LedgerTables.numbersEnd else { return nil }
        }
    }

    /// The last state entry of a stream.
    package struct StreamHead: Sendable, Equatable {
        package var version: UInt64
        package var index: UInt64

        var row: [UInt8] { BigEndian.bytes(version) + BigEndian.bytes(index) }

        init(version: UInt64, index: UInt64) {
            self.version = version
            self.index = index
        }

        init?(row: [UInt8]) {
            guard row.count == 16 else { return nil }
            self.init(version: BigEndian.value(row), index: BigEndian.value(row, at: 8))
            guard max(version, index) < LedgerTables.numbersEnd else { return nil }
        }
    }

    /// No entry can say a number from here on, so a row that does is damaged.
    private static let numbersEnd = UInt64(JSON.exactIntegers.upperBound)

    static func chainKey(_ chain: String, _ class: Entry.Class) -> [UInt8] {
        Array(chain.utf8) + [0] + Array(`class`.rawValue.utf8)
    }

    /// The `retention.applied` that a row of `entries.activity` names in the place of an entry; `nil` for an entry.
    static func removedBy(_ row: [UInt8]) -> UInt64? { row.count == 8 ? BigEndian.value(row) : nil }

    static func segmentKey(_ index: UInt64, _ ordinal: Int) -> [UInt8] {
        BigEndian.bytes(index) + [UInt8(ordinal >> 8), UInt8(ordinal & 0xFF)]
    }
}
