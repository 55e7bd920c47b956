import Storage
import Wire

/// The files of a key store as they stood together, though its owner may be at work on them.
///
/// The owner writes a new bundle before it destroys those that the new one replaces. So whoever lists and then reads
/// may meet a file that is gone or half overwritten; the one that took its place tells of it, or another look finds
/// that.
struct KeyFiles<Content: Sendable>: Sendable {
    struct Bundle: Sendable {
        let number: Int
        let content: Content
        /// The bundles that this one replaces.
        let replaced: [Int]
    }

    /// What is kept of a bundle's bytes, and which others it says that it replaces.
    typealias Reading = @Sendable (_ bytes: [UInt8]) throws(Malformed) -> (content: Content, replaced: [Int])

    /// Newest first, and none that another replaces.
    let bundles: [Bundle]
    /// What others replace and still lies there, oldest first.
    let replaced: [Int]
    /// By their names.
    let epochs: [String: [UInt8]]

    /// The highest number that a bundle has or had; 0 when there is none.
    var lastNumber: Int { (bundles.map(\.number) + replaced).max() ?? 0 }

    /// - Throws: `LedgerFault.keys` naming a bundle that cannot be read.
    init(of folder: SmallFiles, by read: @escaping Reading) throws {
        // What is in a bundle never changes, so it is read once, and another look is a short one.
        var known: [Int: Bundle] = [:]
        var look = try Look(folder, &known, read)
        var attempt = 1
        while attempt < KeyStore.attemptsMax, look.lost != nil || look.isOutrun || look.hasNewEpochs {
            look = try Look(folder, &known, read)
            attempt += 1
        }
        if let lost = look.lost {
            throw KeyBundle.damaged(lost)
        }
        guard !look.isOutrun else {
            throw LedgerFault.keys("keys/ changes faster than it can be read; try again")
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
        /// Bundles of the first listing that the second does not have.
        private let gone: [Int]

        init(_ folder: SmallFiles, _ known: inout [Int: Bundle], _ reading: @escaping Reading) throws {
            let listed = Set(try folder.list())
            epochs = try Self.epochs(listed, folder)
            try Self.read(listed, folder, &known, reading)
            // A second listing: the first may have passed by the place where a new file was put meanwhile.
            let again = Set(try folder.list())
            try Self.read(again, folder, &known, reading)
            names = listed.union(again)
            read = known.filter { [names] in names.contains(KeyBundle.name($0.key)) }
            gone = listed.subtracting(again).compactMap(KeyBundle.number)
            // What was wrapped anew in between opens under the new epoch alone.
            hasNewEpochs = try Self.epochs(again, folder) != epochs
        }

        /// Whether a bundle was replaced by one that had been replaced itself before it could be read: nothing says
        /// then that the first counts no more, though it may hold a key that was destroyed.
        var isOutrun: Bool { !replaced.isSuperset(of: gone) }

        /// A bundle that cannot be read, and that nothing says is replaced.
        var lost: Int? { names.compactMap(KeyBundle.number).first { read[$0] == nil && !replaced.contains($0) } }

        var replaced: Set<Int> { Set(read.values.flatMap(\.replaced)) }

        private static func epochs(_ names: Set<String>, _ folder: SmallFiles) throws -> [String: [UInt8]] {
            var epochs: [String: [UInt8]] = [:]
            for name in names where EpochKey.number(name) != nil { epochs[name] = try folder.read(name) }
            return epochs
        }

        private static func read(
            _ names: Set<String>,
            _ folder: SmallFiles,
            _ known: inout [Int: Bundle],
            _ reading: @escaping Reading,
        ) throws {
            let missing = names.compactMap(KeyBundle.number).filter { known[$0] == nil }
            for bundle in try KeyFiles.bundles(missing[...], of: folder, by: reading) { known[bundle.number] = bundle }
        }
    }
}

// A start waits until every file is read, and most of that is looking at each key: several threads share it.
extension KeyFiles {
    /// Fewer files are not worth another thread.
    private static var filesPerThreadMin: Int { 128 }
    private static var threadsMax: Int { 4 }

    /// Reads bundles, on several threads where there are many; those that cannot be read are left out.
    private static func bundles(
        _ numbers: ArraySlice<Int>,
        of folder: SmallFiles,
        by reading: @escaping Reading,
    ) throws -> [Bundle] {
        let share = max(filesPerThreadMin, (numbers.count + threadsMax - 1) / threadsMax)
        let others = stride(from: share, to: numbers.count, by: share).map { start in
            let part = numbers.dropFirst(start).prefix(share)
            return Aside(name: "read keys") { try part.compactMap { try bundle($0, of: folder, by: reading) } }
        }
        let first = try numbers.prefix(share).compactMap { try bundle($0, of: folder, by: reading) }
        return try others.reduce(into: first) { try $0 += $1.value() }
    }

    private static func bundle(_ number: Int, of folder: SmallFiles, by reading: Reading) throws -> Bundle? {
        guard let bytes = try folder.read(KeyBundle.name(number)), let (content, replaced) = try? reading(bytes) else {
            return nil
        }
        return Bundle(number: number, content: content, replaced: replaced)
    }
}
