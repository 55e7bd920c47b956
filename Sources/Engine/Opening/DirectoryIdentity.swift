import EventLog
import Storage
import Wire

/// Which data directory this is: a random name, beside the number of a file that no copy keeps.
///
/// The anchor has the name too, and so knows the one directory that may move it. Whatever copies a directory, a restore
/// from a backup as well, gives `ledger/data.mdb` another inode; a directory that is renamed keeps it. The device is
/// not compared: its number may be another one after each start of the machine. So a snapshot of a whole file system
/// is not told from its original.
struct DirectoryIdentity {
    static let fileName = "identity"

    /// The ledger's own id, until the directory takes the place of another.
    let name: String
    let file: String
}

extension DataDirectory {
    /// How a directory stands to its anchor.
    enum Standing {
        /// The anchor is its own to move, or nobody was told so yet.
        case own
        /// Its ledger is another file than the one that the directory got its name with.
        case copied
        /// The anchor stands for another directory.
        case others
    }

    func standing(to anchor: Anchor) throws -> Standing {
        let (identity, owner) = (try identity(), try anchor.owner())
        if let owner, owner != identity?.name { return .others }
        guard let identity, try identity.file != ledgerFile else { return .own }
        return .copied
    }

    /// Opens the ledger of a directory that may move its anchor, and that has everything that its anchor knows of.
    ///
    /// What is lost is told first. But where the anchor stands for another directory, what it knows beyond this ledger
    /// is that one's.
    func openOwn(_ tables: LedgerTables, _ anchor: Anchor) throws -> Opening {
        do {
            let opening = try Opening(tables: tables, anchor: anchor)
            try requireOwn(anchor)
            return opening
        } catch LedgerFault.rolledBack(let what, let lost) {
            switch try standing(to: anchor) {
            case .own: throw LedgerFault.rolledBack(what, lost: lost)
            case .copied: throw LedgerFault.rolledBack("\(what), and this directory is a copy", lost: lost)
            case .others: throw try copied(anchor)
            }
        }
    }

    /// - Throws: `LedgerFault.copied` where another directory is the one that may move the anchor.
    func requireOwn(_ anchor: Anchor) throws {
        guard try standing(to: anchor) == .own else { throw try copied(anchor) }
    }

    private func copied(_ anchor: Anchor) throws -> LedgerFault {
        let what =
            switch try standing(to: anchor) {
            case .own, .copied: "its ledger/data.mdb is another file than the one that was served"
            case .others: "the anchor \(anchor.place) stands for another directory"
            }
        let checkpoint = try anchor.checkpoint().flatMap { try? Checkpoint(text: $0.text) }
        return .copied(what, lost: checkpoint.map { LostHistory(size: $0.size, root: $0.root) })
    }

    /// Gives the directory a name where it has none, and ties an anchor to it that is nobody's: what a directory lacks
    /// that was made before there were names, and an anchor that is new.
    ///
    /// - Parameter ledger: the ledger's id.
    func claim(_ anchor: Anchor, of ledger: [UInt8]) throws {
        let name = try identity()?.name ?? makeIdentity(ledger)
        if try anchor.owner() == nil { try anchor.tie(to: name) }
    }

    /// Gives the directory another name, and ties the anchor to it, whomever it stood for.
    ///
    /// In this order: in between, neither the directory nor a copy of it may move the anchor, and who could before can.
    ///
    /// - Parameter name: 16 bytes that no other directory is named by.
    func takeOver(_ anchor: Anchor, as name: [UInt8]) throws {
        try anchor.tie(to: makeIdentity(name))
    }

    /// The directory with an anchor that it may move: one within where its own is another directory's.
    func withAnchorOfItsOwn() throws -> DataDirectory {
        guard case .folder(let path, _) = place, try hasAnchorOfOthers() else { return self }
        let apart = DataDirectory(path: path)
        _ = try apart.anchor()
        guard try !apart.hasAnchorOfOthers() else {
            throw LedgerFault.format("the anchor stands for another directory; name an empty one with --anchor DIR")
        }
        return apart
    }

    /// Whether the anchor stands for a directory and does not lie in this one: with a copy of a directory comes a copy
    /// of what lies in it.
    private func hasAnchorOfOthers() throws -> Bool {
        guard case .folder(let path, let anchorPath) = place, try anchor(.readOnly).owner() != nil else { return false }
        return try Machine.fileIdentity(of: "\(anchorPath)/..") != Machine.fileIdentity(of: path)
    }

    private func identity() throws -> DirectoryIdentity? {
        guard let bytes = try top(.readOnly).read(DirectoryIdentity.fileName),
            let kept = try? JSON.parse(bytes, as: .canonical), let name = kept["name"]?.text,
            let file = kept["file"]?.text
        else { return nil }
        return DirectoryIdentity(name: name, file: file)
    }

    private func makeIdentity(_ bytes: [UInt8]) throws -> String {
        let name = Base64URL.encode(bytes)
        let kept: JSON = ["file": .string(try ledgerFile), "name": .string(name)]
        try top().write(DirectoryIdentity.fileName, kept.canonical)
        return name
    }

    /// What tells the ledger's file from its copies; nothing is copied from one simulated disk to another.
    private var ledgerFile: String {
        get throws {
            switch place {
            case .folder(let path, _): String(try Machine.fileIdentity(of: "\(path)/ledger/data.mdb").inode)
            case .simulated: "simulated"
            }
        }
    }
}
