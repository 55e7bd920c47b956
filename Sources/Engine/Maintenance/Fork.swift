package import EventLog
import Identity
import OpenSSL
import Storage
import Wire

/// Goes on with a ledger that lacks what was acknowledged, under another name, after an operator has given up the rest.
///
/// Signed as before, the same name would stand for two histories. The order makes every interruption harmless: the
/// entry that says so is durable first, the views follow, and what still tells of the loss goes last, so that until
/// then the directory is refused as before, and the same command does it again.
///
/// A copy leaves the anchor to the original, which goes on with it, and gets one of its own.
struct Fork {
    let directory: DataDirectory
    let kek: KeyEncryptionKey?
    let world: World

    func run(givingUp acknowledged: LostHistory?, reason: String?) throws -> Instance.Forked {
        let (lost, why) = try loss()
        guard acknowledged == lost else { throw Instance.ForkRefusal.notAcknowledged(lost, why: why) }
        let isCopy = try directory.standing(to: directory.anchor(.readOnly)) != .own
        let home = isCopy ? try directory.withAnchorOfItsOwn() : directory
        let opened = try OpenedLedger(home, kek: kek, world: world) { tables, _ in try Self.verified(tables) }
        var owed = opened.owed
        try owed.writeAll()
        let signers = try opened.opening.checkpointKeys.signers(opened.keys)
        let (range, origin) = try write(lost, reason, opened)
        // Whoever forks from the same copy once more finds out there that this name is used.
        if home.anchorPath != directory.anchorPath { try directory.anchor(.beside).remember(fork: range.size - 1) }
        try opened.anchor.remember(fork: range.size - 1)
        try Rebuild.run(opened, in: home, to: range.size)
        if isCopy {
            try home.takeOver(opened.anchor, as: world.random(16))
        } else {
            try home.claim(opened.anchor, of: opened.opening.identity.id)
        }
        try opened.anchor.forgetHead()
        try opened.sign(range, as: origin, by: signers)
        try home.rememberAnchor(in: home.top())
        return Instance.Forked(
            index: range.size - 1,
            origin: origin,
            anchor: opened.anchor.place,
            verifiers: opened.opening.checkpointKeys.verifiers(named: origin)
        )
    }

    /// What a start refuses this ledger for: the same checks, in the same order.
    private func loss() throws -> (LostHistory, why: LedgerFault) {
        do {
            try OpenedLedger(directory, kek: kek, world: world).requireViewsInLedger(in: directory)
        } catch let fault as LedgerFault {
            guard let lost = fault.lost else { throw fault }
            guard lost.size < UInt64(JSON.exactIntegers.upperBound) else {
                throw LedgerFault.damaged(
                    index: nil,
                    "the anchor speaks of \(lost.size) entries, more than there can be"
                )
            }
            return (lost, fault)
        }
        throw Instance.ForkRefusal.nothingLost
    }

    /// No signature vouches for what is left, so all of it is read again before it is signed.
    private static func verified(_ tables: LedgerTables) throws -> Opening {
        let report = Verification(tables: tables, keys: nil, anchor: nil).run()
        guard report.isOK, let origin = report.origin else {
            let problem = report.problems.first
            throw LedgerFault.damaged(index: problem?.index, problem?.what ?? "it has no origin")
        }
        return try Opening(forking: tables, origin: origin)
    }

    /// Writes the entry; and once more for as long as the name that it gives was used for another history.
    ///
    /// The clock is not judged: the next start does that, and can be told to accept it.
    private func write(
        _ lost: LostHistory,
        _ reason: String?,
        _ opened: OpenedLedger,
    ) throws -> (CompactRange, origin: String) {
        let identity = opened.opening.identity
        let writer = opened.writer
        var caller = Caller.system
        caller.request.reason = reason
        let used = try usedForks(opened)
        var (origin, index) = (opened.opening.origin, writer.range.size)
        repeat {
            index = writer.range.size
            let now = writer.time(wall: world.wall())
            let entries = PendingEntries(caller: caller, macKey: identity.secretKey, now: now)
            _ = try writer.prepare(entries.make([Self.event(lost, origin)], idempotency: nil), recordedAt: now)
            writer.accept()
            origin = identity.origin(afterForkAt: index)
        } while used.contains(index)
        try writer.commit().get()
        return (writer.range, origin)
    }

    /// The forks that this ledger's checkpoints were named by, in whatever history.
    private func usedForks(_ opened: OpenedLedger) throws -> Set<UInt64> {
        var used: Set<UInt64> = []
        for anchor in [try directory.anchor(.readOnly), opened.anchor] {
            used.formUnion(try anchor.forks())
            if let note = try anchor.checkpoint(), let checkpoint = try? Checkpoint(text: note.text),
                let fork = opened.opening.identity.fork(named: checkpoint.origin)
            {
                used.insert(fork)
            }
        }
        return used
    }

    private static func event(_ lost: LostHistory, _ origin: String) -> Event {
        let from: JSON = [
            "origin": .string(origin), "root": .string(Base64URL.encode(lost.root.bytes)),
            "size": .integer(Int64(lost.size)),
        ]
        return Event(LedgerSubject.entry(.forked), chain: .platform, data: ["from": from])
    }
}

extension Instance {
    /// What became of a fork.
    package struct Forked: Sendable {
        package let index: UInt64
        /// The name under which checkpoints are signed from here on.
        package let origin: String
        /// Where they are kept.
        package let anchor: String
        /// The keys that sign, under that name, the oldest first.
        package let verifiers: [VerifierKey]
    }

    /// Why nothing was forked.
    package enum ForkRefusal: Error, Sendable, Equatable {
        /// The ledger has everything that its anchor and its views know of, and is no copy.
        case nothingLost
        /// What is lost was not named, or something else was.
        case notAcknowledged(LostHistory, why: LedgerFault)
    }

    /// Gives up the entries that a ledger has lost, or that only its original has, and goes on under another name;
    /// leaves an entry.
    ///
    /// - Parameter lost: what a start refuses the ledger for, to the byte.
    /// - Throws: `ForkRefusal` when that is not so, `LedgerFault.damaged` when what is left is not whole.
    package static func fork(
        _ directory: DataDirectory,
        kek: KeyEncryptionKey? = nil,
        world: World = .system,
        givingUp lost: LostHistory?,
        reason: String? = nil,
    ) throws -> Forked {
        try alone(directory) {
            try Fork(directory: directory, kek: kek, world: world).run(givingUp: lost, reason: reason)
        }
    }
}
