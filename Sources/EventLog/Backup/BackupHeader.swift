package import Wire

/// What a backup says of itself in its first block.
package struct BackupHeader: Sendable, Equatable {
    /// The ledger's id.
    package let ledger: [UInt8]
    /// The first entry in it.
    package let first: UInt64
    /// The signature over all entries before the end of this backup; it tells where that is.
    package let note: SignedNote
    package let checkpoint: Checkpoint
    /// The name of the data directory that might move the anchor.
    package let owner: String
    package let madeAt: Instant
    package let software: String

    /// How many entries the ledger had when it was signed: one more than the last index in this backup.
    package var size: UInt64 { checkpoint.size }

    init(
        ledger: [UInt8],
        first: UInt64,
        note: SignedNote,
        owner: String,
        madeAt: Instant,
        software: String,
    ) throws(Malformed) {
        self.ledger = ledger
        self.first = first
        self.note = note
        checkpoint = try Checkpoint(text: note.text)
        self.owner = owner
        self.madeAt = madeAt
        self.software = software
    }

    var line: [UInt8] {
        let object: JSON = [
            "checkpoint": .string(note.encoded), "first": .integer(Int64(first)),
            "ledger": .string(Base64URL.encode(ledger)), "made_at": .string(madeAt.text), "owner": .string(owner),
            "software": .string(software),
        ]
        return object.canonical + [0x0A]
    }

    init(decoding content: [UInt8]) throws(BackupFault) {
        do throws(Malformed) {
            guard content.last == 0x0A else { throw Malformed("a line feed is missing", at: content.count) }
            let object = try JSON.parse(Array(content.dropLast()), as: .canonical)
            guard let members = object.members else { throw Malformed("an object is expected", at: 0) }
            let data = MemberReader(members)
            try self.init(
                ledger: Base64URL.decode(data.text("ledger")),
                first: data.position("first"),
                note: SignedNote(decoding: data.text("checkpoint")),
                owner: data.text("owner"),
                madeAt: Instant(rfc3339: data.text("made_at")),
                software: data.text("software")
            )
        } catch {
            throw .altered("its first block: \(error.reason)")
        }
        guard first <= size else { throw .altered("it begins behind its end") }
    }
}
