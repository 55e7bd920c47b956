/// A named, ordered collection of keys and their values inside an environment.
///
/// Keys are ordered by their bytes; a key stands at most once.
package struct Table: Hashable, Sendable {
    package let name: String
    /// LMDB's number for the table, valid as long as its environment is open; the simulated twin goes by name.
    let handle: UInt32

    /// LMDB's limit in every build that is packaged, so that a folder can move between machines.
    package static let keyBytesMax = 511

    /// Our limit for one value, far above any entry: what is larger belongs in pieces.
    package static let valueBytesMax = 64 << 20
}

/// Which way a scan goes.
package enum ScanDirection: Hashable, Sendable, CaseIterable {
    case forward
    case backward
}

/// How much a table holds.
package struct TableStatistics: Hashable, Sendable {
    package let entries: Int
    package let pages: Int
}
