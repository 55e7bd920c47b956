import Storage
import Wire

/// The files of a key store as they stood together, though its owner may be at work on them.
///
/// The owner writes a new bundle before it destroys those that the new one replaces. So whoever lists and then reads may
/// meet a file that is gone or half overwritten; the one that took its place tells of it, or a second look finds that.
struct KeyFiles {
    struct Bundle {
        let number: Int
        let bytes: [UInt8]
        let content: KeyBundle
    }

    /// Each attempt sees a later moment: only a file that is damaged for good outlives them.
    private static let attemptsMax = 50

    /// Newest first, and none that another replaces.
    let bundles: [Bundle]
    /// What others replace and still lies there, oldest first.
    let replaced: [Int]
    /// By their names.
    let epochs: [String: [UInt8]]

    /// - Throws: `LedgerFault.keys` naming a bundle that cannot be read.
    init(of folder: SmallFiles) throws {
        var look = try Look(folder)
        var attempt = 1
        while attempt < Self.attemptsMax, look.lost != nil || look.hasNewEpochs {
            look = try Look(folder)
            attempt += 1
        }
        if let lost = look.lost {
            throw LedgerFault.keys("keys/\(KeyBundle.name(lost)) is damaged; restore the keys from their backup")
        }
        let gone = look.replaced
        bundles = look.read.values.filter { !gone.contains($0.number) }.sorted { $0.number > $1.number }
        replaced = look.names.compactMap(KeyBundle.number).filter { gone.contains($0) }.sorted()
        epochs = look.epochs
    }

    /// One listing with the reading of what it names.
    private struct Look {
        let names: Set<String>
        let read: [Int: Bundle]
        let epochs: [String: [UInt8]]
        let hasNewEpochs: Bool

        init(_ folder: SmallFiles) throws {
            let listed = Set(try folder.list())
            epochs = try Self.epochs(listed, folder)
            var bundles = Bundles()
            try bundles.take(listed, folder)
            // A second listing: the first may have passed by the place where a new file was put meanwhile.
            let again = Set(try folder.list())
            try bundles.take(again, folder)
            (names, read) = (bundles.names, bundles.read)
            // What was wrapped anew in between opens under the new epoch alone.
            hasNewEpochs = try Self.epochs(again, folder) != epochs
        }

        /// A bundle that cannot be read, and that nothing says is replaced.
        var lost: Int? { names.compactMap(KeyBundle.number).first { read[$0] == nil && !replaced.contains($0) } }

        var replaced: Set<Int> { Set(read.values.flatMap(\.content.replaced)) }

        private static func epochs(_ names: Set<String>, _ folder: SmallFiles) throws -> [String: [UInt8]] {
            var epochs: [String: [UInt8]] = [:]
            for name in names where EpochKey.number(name) != nil { epochs[name] = try folder.read(name) }
            return epochs
        }
    }

    private struct Bundles {
        var names: Set<String> = []
        var read: [Int: Bundle] = [:]

        mutating func take(_ listed: Set<String>, _ folder: SmallFiles) throws {
            for name in listed.subtracting(names) {
                names.insert(name)
                guard let number = KeyBundle.number(name), let bytes = try folder.read(name),
                    let content = try? KeyBundle(decoding: bytes)
                else { continue }
                read[number] = Bundle(number: number, bytes: bytes, content: content)
            }
        }
    }
}
