extension Environment {
    /// How an environment is opened.
    package struct Options: Hashable, Sendable {
        /// The first size of the map; rounded up to whole blocks of `mapBlockBytes`, and never below what is stored.
        ///
        /// The file itself grows with what is written and is never preallocated.
        package var mapBytes: Int
        package var tablesMax: Int
        /// How many read transactions may be open or idle at once, over all processes.
        package var readersMax: Int
        package var sync: Sync
        package var access: Access

        package init(
            mapBytes: Int = 1 << 30,
            tablesMax: Int = 64,
            readersMax: Int = 126,
            sync: Sync = .everyCommit,
            access: Access = .readWrite
        ) {
            self.mapBytes = mapBytes
            self.tablesMax = tablesMax
            self.readersMax = readersMax
            self.sync = sync
            self.access = access
        }

        /// The map is a multiple of the largest page size in use.
        static let mapBlockBytes = 65_536

        static func wholeBlocks(_ bytes: Int) -> Int {
            (max(bytes, 1) + mapBlockBytes - 1) / mapBlockBytes * mapBlockBytes
        }
    }

    /// When a commit reaches the disk.
    package enum Sync: Hashable, Sendable {
        /// A commit that returned survives a power cut.
        case everyCommit
        /// A commit survives the end of the process, not a power cut, after which the file may be unusable: for what
        /// can be made again.
        case none
    }

    /// What an environment is opened for.
    package enum Access: Hashable, Sendable {
        case readWrite
        /// Reads a folder that a writer may be using; takes a place among its readers.
        case readOnly
        /// Reads a copy that nobody else uses, without any lock, so that it may lie on a read-only medium.
        case copied
    }
}
