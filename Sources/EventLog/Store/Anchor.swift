package import OpenSSL
package import Storage
import Wire

/// What is remembered of the ledger outside of it, best on another disk: the last signed checkpoint and the last size.
///
/// A ledger that ends before either was rolled back.
package final class Anchor: Sendable {
    package struct HeadHint: Sendable, Equatable {
        package let size: UInt64
        package let root: Digest

        package init(size: UInt64, root: Digest) {
            self.size = size
            self.root = root
        }
    }

    package static let checkpointName = "checkpoint"
    package static let headName = "head"
    package static let forksName = "forks"
    package static let ownerName = "owner"

    private let folder: SmallFiles

    /// Where it lies, for an operator to look at.
    package var place: String { folder.path }

    package init(folder: SmallFiles) { self.folder = folder }

    package func checkpoint() throws -> SignedNote? {
        guard let bytes = try folder.read(Self.checkpointName) else { return nil }
        do throws(Malformed) {
            return try SignedNote(decoding: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw LedgerFault.damaged(index: nil, "the anchor's checkpoint: \(error)")
        }
    }

    /// Durable when it returns: only then is the checkpoint shown to anybody.
    package func store(_ note: SignedNote) throws {
        try folder.write(Self.checkpointName, Array(note.encoded.utf8), mode: 0o644)
    }

    /// The unsynced hint, `nil` when it is missing or was torn by a power cut: it can only ever add suspicion.
    package func head() throws -> HeadHint? {
        guard let bytes = try folder.read(Self.headName) else { return nil }
        let parts = bytes.prefix { $0 != 0x0A }.split(separator: 0x20)
        guard parts.count == 3, let size = UInt64(String(decoding: parts[0], as: UTF8.self)),
            let decoded = try? Base64URL.decode(String(decoding: parts[1], as: UTF8.self)),
            let root = Digest(decoded), Self.line(size, root) == Array(bytes.prefix { $0 != 0x0A })
        else { return nil }
        return HeadHint(size: size, root: root)
    }

    /// Written after every commit, without waiting for the disk.
    package func hint(_ head: HeadHint) throws {
        try folder.writeUnsynced(Self.headName, Self.line(head.size, head.root) + [0x0A], mode: 0o644)
    }

    /// Forgets the hint, durably: what it tells of was given up.
    package func forgetHead() throws { _ = try folder.remove(Self.headName) }

    /// The indexes of the forks that checkpoints are named by, as far as this anchor has seen them.
    ///
    /// A ledger that is put back once more from the same copy has the same next index: only the anchor knows that the
    /// name which it would give was used for another history.
    package func forks() throws -> Set<UInt64> {
        guard let bytes = try folder.read(Self.forksName) else { return [] }
        let lines = bytes.split(separator: 0x0A).map { UInt64(String(decoding: $0, as: UTF8.self)) }
        guard !lines.contains(nil) else { throw LedgerFault.damaged(index: nil, "the anchor's list of forks") }
        return Set(lines.compactMap(\.self))
    }

    /// Durable when it returns: only then is anything signed under that fork's name.
    package func remember(fork index: UInt64) throws {
        let forks = try forks().union([index]).sorted()
        try folder.write(Self.forksName, Array(forks.map { "\($0)\n" }.joined().utf8), mode: 0o644)
    }

    /// The name of the one data directory that may move this anchor; `nil` where none was told so yet.
    package func owner() throws -> String? {
        try folder.read(Self.ownerName).map { String(decoding: $0.prefix { $0 != 0x0A }, as: UTF8.self) }
    }

    /// Durable when it returns: from then on every other directory is refused.
    package func tie(to owner: String) throws {
        try folder.write(Self.ownerName, Array((owner + "\n").utf8), mode: 0o644)
    }

    private static func line(_ size: UInt64, _ root: Digest) -> [UInt8] {
        let text = "\(size) \(Base64URL.encode(root.bytes))"
        let check = SHA256Hash.hash(Array(text.utf8)).bytes.prefix(4)
        return Array("\(text) \(Hex.encode(Array(check)))".utf8)
    }
}
