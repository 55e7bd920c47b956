import EventLog
import Identity
import Storage

/// Lets a copy take the place of the directory that it was made of, after an operator has said so; leaves an entry.
///
/// The order makes every interruption harmless: the entry is durable first, then the directory has a name of its own,
/// then the anchor stands for it. Until then the original is served as before and the copy refused, so that the same
/// command does it again; from then on it is the other way round. The checkpoint follows: before, it would have told
/// the original of an entry that it lacks.
struct Move {
    let directory: DataDirectory
    let kek: KeyEncryptionKey?
    let world: World

    /// - Returns: the index of the entry.
    func run() throws -> UInt64 {
        let opened = try OpenedLedger(directory, kek: kek, world: world) { tables, anchor in
            let opening = try Opening(tables: tables, anchor: anchor)
            guard try directory.standing(to: anchor) != .own else { throw Instance.MoveRefusal.nothingMoved }
            return opening
        }
        try opened.requireViewsInLedger(in: directory)
        var owed = opened.owed
        try owed.writeAll()
        let signers = try opened.opening.checkpointKeys.signers(opened.keys)
        let writer = opened.writer
        let now = writer.time(wall: world.wall())
        let entries = PendingEntries(caller: .system, macKey: opened.opening.identity.secretKey, now: now)
        let event = Event(LedgerSubject.entry(.moved), chain: .platform)
        _ = try writer.prepare(entries.make([event], idempotency: nil), recordedAt: now)
        writer.accept()
        try writer.commit().get()
        try directory.rememberAnchor(in: directory.top())
        try directory.takeOver(opened.anchor, as: world.random(16))
        try opened.sign(writer.range, as: opened.opening.origin, by: signers)
        return writer.range.size - 1
    }
}

extension Instance {
    /// Why nothing was moved.
    package enum MoveRefusal: Error, Sendable, Equatable {
        /// The anchor stands for this directory already.
        case nothingMoved
    }

    /// Ties the anchor to a directory that is a copy: from then on the original is refused where it has the same
    /// anchor.
    ///
    /// - Returns: the index of the entry that tells it.
    /// - Throws: `MoveRefusal` when it is no copy, `LedgerFault` when it lacks what the anchor knows of.
    package static func move(
        _ directory: DataDirectory,
        kek: KeyEncryptionKey? = nil,
        world: World = .system,
    ) throws -> UInt64 {
        try alone(directory) { try Move(directory: directory, kek: kek, world: world).run() }
    }
}
