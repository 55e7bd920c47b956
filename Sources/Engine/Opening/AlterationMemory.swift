import EventLog
import Identity
import OpenSSL
import Storage
import Wire

/// That the ledger was once found altered: no start forgets it, and none takes writes before somebody has looked.
///
/// It lies beside the format. A complete verification of the stopped directory that finds nothing clears it.
package struct AlterationMemory {
    package static func kept(in directory: DataDirectory) throws -> String? {
        try AlterationMemory(directory, .readOnly).kept()
    }

    static let fileName = "altered"
    /// What is told of it, and written into an entry; the file is as long as whoever wrote it liked.
    private static let charactersMax = 500

    private let folder: SmallFiles

    init(_ directory: DataDirectory, _ access: SmallFiles.Access = .readWrite) throws {
        folder = try directory.top(access)
    }

    /// What was found; nil where nothing was.
    func kept() throws -> String? {
        guard let bytes = try folder.read(Self.fileName) else { return nil }
        let what = (try? JSON.parse(bytes, as: .canonical))?["what"]?.text
        return what.map { String($0.prefix(Self.charactersMax)) } ?? "the file \(Self.fileName) cannot be read"
    }

    func store(_ what: String, at moment: Instant) throws {
        let mark: JSON = ["at": .string(moment.text), "what": .string(what)]
        try folder.write(Self.fileName, mark.canonical)
    }

    func clear() throws { try folder.remove(Self.fileName) }
}

extension Instance {
    /// Forgets that the ledger was found altered, after a complete verification that found nothing; leaves an entry.
    ///
    /// That is a `ledger.verified` with two more members: `cleared`, what was found then, and `repaired`, the rows by
    /// table.
    ///
    /// - Parameters:
    ///   - what: what was found then.
    ///   - repaired: how many rows of the ledger's derived tables were made anew, by table.
    /// - Returns: the index of the entry.
    package func clearAlteration(_ what: String?, repaired: [String: Int] = [:]) async throws -> UInt64 {
        let size = status.size
        let root = try tables.environment.read { try tables.range(at: size, $0).root }
        var data: Members = ["root": .string(Base64URL.encode(root.bytes)), "size": .integer(Int64(size))]
        if let what { data.append("cleared", .string(what)) }
        if !repaired.isEmpty {
            let rows = repaired.sorted { $0.key < $1.key }.map { ($0.key, JSON.integer(Int64($0.value))) }
            data.append("repaired", .object(Members(rows)))
        }
        let event = Event(LedgerSubject.entry(.verified), chain: .platform, data: data)
        let index = try await perform(RecordEvents([event]), by: .system).index
        try AlterationMemory(directory).clear()
        return index
    }
}
