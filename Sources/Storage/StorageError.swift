/// What the disk refused, while doing what.
///
/// After a failed *commit* the outcome is unknown: a commit that reported an input/output error has been found durable
/// after reopening. Whoever commits must therefore not conclude from an error that nothing was kept.
package struct StorageError: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// The file system has no space left (ENOSPC), or the user's share of it is used up.
        case full
        /// The map of an environment is used up; the file system may well have free space. `Environment.grow` helps.
        case mapFull
        /// The device failed (EIO). A short write on a full file system says so too: compare `Machine.diskSpace`.
        case io
        /// What was read is no valid data of ours.
        case corrupted
        /// An earlier failure made this environment unusable until it is opened again.
        case panic
        /// Every place for a reader is taken.
        case readersFull
        /// A read transaction was open for longer than `Environment.limitReads` allows: begin another.
        case tookTooLong
        /// The folder, the file system or the environment was opened for reading only.
        case readOnly
        case notFound
        case notPermitted
        /// An appended key does not stand behind every key of its table. The transaction remains usable.
        case outOfOrder
        /// Something that excludes this is going on in this process: a second write transaction, reads that growth
        /// waits for.
        ///
        /// Only we say so, before anything is done; the system's EBUSY, which a commit may come to, is `system`.
        case busy
        /// Another holder has the folder; its process id where it is known.
        case locked(by: Int32?)
        /// The caller asked for what can never work; the text says why.
        case invalid(String)
        /// Any other refusal of the operating system; `code` says which.
        case system
    }

    /// Whether only the moment was wrong: nothing is the matter with what is stored, and the same may go well later.
    package var isPassing: Bool {
        switch kind {
        case .readersFull, .tookTooLong, .busy: true
        case .full, .mapFull, .io, .corrupted, .panic, .readOnly, .notFound, .notPermitted, .outOfOrder, .locked,
            .invalid, .system:
            false
        }
    }

    /// Whether it says that what is stored is damaged or not there; anything else says nothing of what is stored.
    package var isOfWhatIsStored: Bool {
        switch kind {
        case .corrupted, .notFound: true
        // LMDB says so of tables that are not as it left them; without a number it is our own refusal.
        case .invalid: code != 0
        case .full, .mapFull, .io, .panic, .readersFull, .tookTooLong, .readOnly, .notPermitted, .outOfOrder, .busy,
            .locked, .system:
            false
        }
    }

    package let kind: Kind
    /// What was being done, for an operator to read: "commit", "write head in /srv/muniment/anchor".
    package let operation: String
    /// The number of the operating system or of LMDB; zero where the refusal is our own.
    package let code: Int32

    package init(_ kind: Kind, _ operation: String, code: Int32 = 0) {
        self.kind = kind
        self.operation = operation
        self.code = code
    }
}
