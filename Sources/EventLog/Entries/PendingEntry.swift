package import Wire

/// An entry that is not written yet: the ledger adds its position, time and links, and seals its segments.
package struct PendingEntry: Sendable {
    package struct Sealed: Sendable {
        package var subject: String
        package var key: String
        package var fields: Members

        package init(subject: String, key: String, fields: Members) {
            self.subject = subject
            self.key = key
            self.fields = fields
        }
    }

    package var type: String
    package var schema: Int64
    package var `class`: Entry.Class
    package var result: Entry.Result
    package var code: String?
    package var cause: UInt64?
    package var actor: Actor
    package var chain: String
    package var stream: String?
    package var request: EntryRequest?
    package var data: Members
    package var compensates: UInt64?
    package var sealed: [Sealed]

    package init(
        type: String,
        schema: Int64 = 1,
        class: Entry.Class,
        result: Entry.Result = .ok,
        code: String? = nil,
        cause: UInt64? = nil,
        actor: Actor = .system,
        chain: String = "platform",
        stream: String? = nil,
        request: EntryRequest? = nil,
        data: Members = [:],
        compensates: UInt64? = nil,
        sealed: [Sealed] = [],
    ) {
        self.type = type
        self.schema = schema
        self.class = `class`
        self.result = result
        self.code = code
        self.cause = cause
        self.actor = actor
        self.chain = chain
        self.stream = stream
        self.request = request
        self.data = data
        self.compensates = compensates
        self.sealed = sealed
    }
}
