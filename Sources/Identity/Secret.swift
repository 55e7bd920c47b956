package import Wire

/// A secret of an application: shown once, kept as a keyed hash, replaced by rotation.
package struct Secret: Resource {
    package static let noun = "secret"
    /// Two at a time: the one in use, and the one before it while a rotation overlaps.
    package static let overlapSecondsMax: Int64 = 30 * 86_400

    package var applicationID: ApplicationID?
    package var key = ""
    package var mac = ""
    package var suffix = ""
    package var expiresAt: String?
    package var status = Status.active

    package init() {}

    package static let fields: [Field<Secret>] = [
        .identifier("application_id", \.applicationID, need: .internalOnly, "The application it belongs to."),
        .text("key", \.key, .stored, need: .internalOnly, "The key of the hash."),
        .text("mac", \.mac, .stored, need: .internalOnly, "The keyed hash."),
        .text("suffix", \.suffix, .stored, need: .internalOnly, "Its last four characters."),
        .optionalText("expires_at", \.expiresAt, .stored, need: .internalOnly, "When it ends, if that is known."),
        .choice("status", \.status, need: .internalOnly, "ACTIVE or DELETED."),
    ]

    package var memberships: [Membership] {
        memberships(owned: applicationID.map { [Membership("application_id", $0.text)] } ?? [])
    }
    package var searchText: [String] { [] }

    package func isLive(at now: Instant) -> Bool {
        guard status == .active else { return false }
        guard let expiresAt, let end = try? Instant(canonical: expiresAt) else { return expiresAt == nil }
        return now < end
    }

    /// A secret about to be: its hash, and what may be shown of it later.
    package struct New: Sendable {
        package let id: SecretID
        package let key: String
        package let mac: String
        package let suffix: String

        package init(id: SecretID, key: String, mac: String, suffix: String) {
            self.id = id
            self.key = key
            self.mac = mac
            self.suffix = suffix
        }

        package func created(for application: ApplicationID, chain: Chain) -> Event {
            Event(
                .secretCreated,
                chain: chain,
                stream: id.text,
                data: [
                    "application_id": .string(application.text), "key": .string(key), "mac": .string(mac),
                    "suffix": .string(suffix),
                ]
            )
        }
    }

    /// Puts a new secret in place.
    ///
    /// What was there ends at once, or after `overlapSeconds`.
    package static func rotate(
        of id: ApplicationID,
        to new: New,
        overlapSeconds: Int64,
        now: Instant,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        let application = try facts.living(id)
        try authority.require(application.state.chain)
        // Whoever holds the secret holds all that the application may do: receiving it is being granted that.
        try authority.requireGrantable(application.state.allowedScopes)
        guard application.state.kind.isConfidential else {
            throw Rejection(.conflict, "no_secret", "A \(application.state.kind.rawValue) application has no secret")
        }
        let chain = application.state.chain
        let present = try facts.members(Secret.self, of: Membership("application_id", id.text), limit: 16)
        let live = present.filter { $0.state.isLive(at: now) }
        // Only the newest goes on beside the new one; an older one that still overlapped has had its time.
        let kept = overlapSeconds > 0 ? live.last?.id : nil
        let ends = now.adding(seconds: overlapSeconds).text
        return [new.created(for: id, chain: chain)]
            + present.map { secret in
                secret.id == kept
                    ? Event(.secretUpdated, chain: chain, stream: secret.id.text, data: ["expires_at": .string(ends)])
                    : Event(.secretRetired, chain: chain, stream: secret.id.text)
            }
    }
}
