package import OpenSSL
package import Wire

/// One line of the ledger: what happened, to what, by whom, and its place among everything else that did.
///
/// The members and their rules are those of the format page; `encoded` is their only written form.
package struct Entry: Sendable {
    /// An entry of the largest size still fits into 64 KiB with its line feed.
    package static let bytesMax = 65_535

    package enum Class: String, Sendable, CaseIterable {
        /// Kept for ever; makes versions.
        case state
        /// Has a retention.
        case activity
    }

    package enum Result: String, Sendable, CaseIterable { case ok, denied, failed }

    /// The place of an entry in the command that wrote it.
    package struct Batch: Sendable, Equatable {
        package static let countMax = 10_000
        package var position: Int
        package var count: Int

        package init(position: Int, count: Int) {
            self.position = position
            self.count = count
        }
    }

    package struct SealedItem: Sendable, Equatable {
        package var subject: String
        package var key: String
        package var fields: [String]
        package var commitment: Digest

        package init(subject: String, key: String, fields: [String], commitment: Digest) {
            self.subject = subject
            self.key = key
            self.fields = fields
            self.commitment = commitment
        }
    }

    package var index: UInt64
    package var id: String
    package var recordedAt: Instant
    package var type: String
    package var schema: Int64 = 1
    package var `class`: Class
    package var result = Result.ok
    package var code: String?
    package var batch: Batch?
    package var cause: UInt64?
    package var actor: Actor
    package var chain: String
    package var sequence: UInt64
    package var previous: Digest?
    package var stream: String?
    package var version: UInt64?
    package var request: EntryRequest?
    package var data: Members = [:]
    package var compensates: UInt64?
    package var sealed: [SealedItem] = []

    /// `evt_` and 22 characters of 16 random bytes.
    package static func identifier(random: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(26)
        text.append(contentsOf: "evt_".utf8)
        Base64URL.append(random, to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}

// Beside the struct, which so keeps the initializer that names every member: it makes an entry without a copy.
extension Entry {
    package init(
        index: UInt64,
        id: String,
        recordedAt: Instant,
        type: String,
        class: Class,
        actor: Actor,
        chain: String,
        sequence: UInt64,
    ) {
        self.init(
            index: index,
            id: id,
            recordedAt: recordedAt,
            type: type,
            class: `class`,
            result: .ok,
            actor: actor,
            chain: chain,
            sequence: sequence
        )
    }
}
