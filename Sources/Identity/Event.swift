package import Wire

/// What a decision wants written: one entry's type, place and payload, before the ledger gives it a position.
package struct Event: Sendable {
    package enum Result: String, Sendable { case ok, denied, failed }

    /// Fields that go into one sealed segment.
    package struct Sealed: Sendable {
        /// Whom the fields are about: a resource's identifier, or `unknown`.
        package var subject: String
        /// The data key that seals them: `usr_X/profile`.
        package var key: String
        package var fields: Members

        package init(subject: String, key: String, fields: Members) {
            self.subject = subject
            self.key = key
            self.fields = fields
        }
    }

    package var type: EntryType
    package var chain: Place
    /// The resource concerned.
    ///
    /// State entries with a stream make its versions.
    package var stream: String?
    package var result: Result
    /// The stable code of a refusal; required unless the result is `ok`.
    package var code: String?
    package var data: Members
    package var sealed: [Sealed]
    /// The index of the entry that made this one be written, such as the start of a restore.
    package var cause: UInt64?
    /// The index of the newest entry that this one undoes.
    package var compensates: UInt64?

    package init(
        _ type: EntryType,
        chain: Place,
        stream: String? = nil,
        result: Result = .ok,
        code: String? = nil,
        data: Members = [:],
        sealed: [Sealed] = [],
    ) {
        self.type = type
        self.chain = chain
        self.stream = stream
        self.result = result
        self.code = code
        self.data = data
        self.sealed = sealed
    }
}

/// An event as it came back from the ledger: positioned, with references where sealed values stand.
package struct StoredEvent: Sendable {
    package var index: UInt64
    package var type: EntryType
    package var recordedAt: Instant
    package var chain: Place
    /// Where who did it is at home; nil for a stranger.
    package var actorHome: Place?
    package var stream: String?
    package var version: UInt64?
    package var data: Members
    /// The names of the fields in each sealed segment, by ordinal.
    package var sealedFields: [[String]]

    package init(
        index: UInt64,
        type: EntryType,
        recordedAt: Instant,
        chain: Place,
        actorHome: Place?,
        stream: String?,
        version: UInt64?,
        data: Members,
        sealedFields: [[String]],
    ) {
        self.index = index
        self.type = type
        self.recordedAt = recordedAt
        self.chain = chain
        self.actorHome = actorHome
        self.stream = stream
        self.version = version
        self.data = data
        self.sealedFields = sealedFields
    }
}

/// An entry that the fold cannot take: written by a newer version, or not by us.
///
/// It stops the start, by name.
package struct Poison: Error, Sendable, Equatable {
    package let index: UInt64
    package let type: String
    package let reason: String

    package init(index: UInt64, type: String, reason: String) {
        self.index = index
        self.type = type
        self.reason = reason
    }
}
