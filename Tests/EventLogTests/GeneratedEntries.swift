import Chance
import EventLog
import OpenSSL
import Wire

/// Entries that obey the format page, drawn by dice: every optional member, there and absent, and texts and numbers at
/// their bounds.
struct GeneratedEntries {
    var dice: Dice

    init(seed: UInt64) { dice = Dice(seed: seed) }

    mutating func next() -> Entry {
        var entry = Entry(
            index: 1 + number(),
            id: Entry.identifier(random: bytes(16)),
            recordedAt: instant(),
            type: pick(["tenant.updated", "session.ended", "a.b", "api_key.created", "role_grant.deleted"]),
            class: dice.chance(50) ? .state : .activity,
            actor: actor(),
            chain: pick(["platform", "prt_\(letters(1...64))", "tnt_\(letters(1...64))", "tnt_1"]),
            sequence: dice.chance(20) ? 0 : number()
        )
        if entry.sequence > 0 { entry.previous = digest() }
        if entry.class == .activity { entry.result = pick(Entry.Result.allCases) }
        if dice.chance(70) { entry.stream = identifier() }
        own(&entry)
        if entry.result != .ok { entry.code = pick(["is_suspended", "a", "not_found_404"]) }
        if entry.class == .state, entry.stream != nil { entry.version = 1 + number() }
        if dice.chance(30) { entry.schema = Int64(2 + number()) }
        if dice.chance(40) {
            let count = 2 + dice.below(Entry.Batch.countMax - 1)
            entry.batch = Entry.Batch(position: 1 + dice.below(count), count: count)
        }
        if dice.chance(30) { entry.cause = dice.next() % max(entry.index, 1) }
        if dice.chance(30) { entry.compensates = dice.next() % max(entry.index, 1) }
        if dice.chance(70) { entry.request = request(of: entry) }
        if dice.chance(80) { entry.data = members(depth: 1) }
        if dice.chance(5) { entry.data["deep"] = (2..<JSON.depthMax).reduce(.null) { value, _ in .array([value]) } }
        entry.sealed = segments(ofHiddenActor: entry.actor.kind.isKnown && entry.actor.id == nil)
        return entry
    }

    /// Sometimes one of the entries of the ledger's own life, which have rules of their own.
    private mutating func own(_ entry: inout Entry) {
        guard dice.chance(25) else { return }
        switch dice.below(5) {
        case 0:
            (entry.type, entry.class, entry.result) = ("command.failed", .activity, .failed)
        case 1:
            (entry.type, entry.class, entry.result) = ("refusals.summarized", .activity, .ok)
        case 2:
            (entry.type, entry.class, entry.result) = ("checkpoint_key.created", .state, .ok)
            (entry.chain, entry.stream) = ("platform", "cpk_\(letters(1...22))")
        case 3:
            (entry.type, entry.class, entry.result) = ("ledger.created", .state, .ok)
            (entry.chain, entry.stream, entry.index) = ("platform", nil, 0)
        default:
            (entry.type, entry.class, entry.result) = ("clock.stepped", .state, .ok)
            (entry.chain, entry.stream) = ("platform", nil)
        }
    }

    private mutating func actor() -> Actor {
        let kind = pick(Actor.Kind.allCases)
        var actor = Actor(kind: kind)
        if kind.isKnown { actor.home = pick(["platform", "prt_1", "tnt_\(letters(1...64))"]) }
        let isHidden = kind.isKnown && dice.chance(30)
        if kind.isKnown, !isHidden {
            actor.id = identifier()
            if kind == .user || dice.chance(20) { actor.assurance = assurance() }
            if dice.chance(50) { actor.credential = identifier() }
        }
        if kind != .user, kind != .anonymous, dice.chance(30) { actor.name = text(1...1_024) }
        if dice.chance(30) { actor.role = text(1...255) }
        if dice.chance(30) { actor.session = "ses_\(letters(1...64))" }
        if dice.chance(30) {
            actor.onBehalfOf = (0...dice.below(4)).map { _ in
                Actor.Principal(kind: pick(Actor.Kind.allCases), id: identifier())
            }
        }
        return actor
    }

    private mutating func assurance() -> Actor.Assurance {
        Actor.Assurance(
            level: pick(Actor.Assurance.Level.allCases),
            methods: (0..<dice.below(17)).map { _ in text(1...64) },
            at: instant()
        )
    }

    private mutating func request(of entry: Entry) -> EntryRequest {
        var request = EntryRequest(id: text(1...128), endpoint: pick(["tenants.update", "a", "oauth2.token.issue_2"]))
        if dice.chance(50) { request.trace = text(1...EntryRequest.traceBytesMax) }
        if entry.class == .activity, entry.actor.kind.isProvenNonPerson {
            if dice.chance(50) { request.ip = pick(["192.0.2.1", "2001:db8::1", "::"]) }
            if dice.chance(50) { request.userAgent = text(1...EntryRequest.userAgentBytesMax) }
        }
        if dice.chance(50) {
            request.idempotency = EntryRequest.Idempotency(
                key: KeyedHash(key: identifier(), mac: digest()),
                fingerprint: KeyedHash(key: identifier(), mac: digest())
            )
        }
        return request
    }

    private mutating func segments(ofHiddenActor isHidden: Bool) -> [Entry.SealedItem] {
        var items: [Entry.SealedItem] = []
        if isHidden { items.append(segment([SealedActor.field] + (dice.chance(50) ? ["ip", "reason"] : []))) }
        guard dice.chance(40) else { return items }
        for _ in 0...dice.below(Segment.countMax - items.count) {
            var fields = Set([text(1...255)])
            for _ in 0..<dice.below(4) { fields.insert(text(1...32)) }
            fields.remove(SealedActor.field)
            if fields.isEmpty { continue }
            // The canonical order is that of the members of an object.
            var members: Members = [:]
            for field in fields { members[field] = .null }
            let ordered = try? JSON.parse(JSON.object(members).canonical, as: .canonical).members
            items.append(segment(ordered.map { $0.map(\.name) } ?? []))
        }
        return items
    }

    private mutating func segment(_ fields: [String]) -> Entry.SealedItem {
        Entry.SealedItem(
            subject: pick(["unknown", "platform", identifier()]),
            key: pick(["tnt_1/notes", "unknown/platform/2026-11", letters(1...255)]),
            fields: fields,
            commitment: digest()
        )
    }

    private mutating func members(depth: Int) -> Members {
        var members: Members = [:]
        for _ in 0..<dice.below(5) { members[text(1...20)] = value(depth: depth + 1) }
        return members
    }

    private mutating func value(depth: Int) -> JSON {
        switch dice.below(depth < JSON.depthMax ? 7 : 5) {
        case 0: .null
        case 1: .bool(dice.chance(50))
        case 2: .integer(clamping: Int64(number()) * (dice.chance(50) ? 1 : -1))
        case 3, 4: .string(dice.chance(10) ? "" : text(1...60))
        case 5: .array((0..<dice.below(4)).map { _ in value(depth: depth + 1) })
        default: .object(members(depth: depth))
        }
    }

    /// Small, or as large as an integer of canonical JSON may be; one less, since some are counted from 1.
    private mutating func number() -> UInt64 {
        let largest = UInt64(JSON.exactIntegers.upperBound) - 2
        return switch dice.below(4) {
        case 0: largest
        case 1: dice.next() % largest
        default: 1 + dice.next() % 1_000
        }
    }

    private mutating func instant() -> Instant {
        switch dice.below(4) {
        case 0: .latest
        case 1: Instant(seconds: Int64(dice.below(4_000_000_000)))
        default: Instant(seconds: 1_800_000_000).adding(microseconds: Int64(dice.below(1_000_000_000)))
        }
    }

    /// A text of so many bytes, most of them plain; it may hold what must be escaped and letters of 2 to 4 bytes.
    private mutating func text(_ bounds: ClosedRange<Int>) -> String {
        let count = dice.chance(10) ? bounds.upperBound : bounds.lowerBound + dice.below(min(bounds.count, 24))
        let isPlain = dice.chance(85)
        var text = ""
        while text.utf8.count < count {
            let odd = ["a", "\"", "\\", "\n", "\u{1}", "é", "\u{E000}", "\u{10000}", "/"]
            let piece = isPlain ? letters(1...1) : pick(odd)
            text += text.utf8.count + piece.utf8.count <= count ? piece : "x"
        }
        return text
    }

    private mutating func identifier() -> String {
        pick(["usr_", "tnt_", "a_", "abcdefghijklmno1_"]) + letters(1...64)
    }

    private mutating func letters(_ bounds: ClosedRange<Int>) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let count = dice.chance(10) ? bounds.upperBound : bounds.lowerBound + dice.below(bounds.count)
        return String((0..<count).map { _ in alphabet[dice.below(alphabet.count)] })
    }

    private mutating func digest() -> Digest { Digest(bytes(Digest.count).span) }

    private mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: dice.next() >> 32) }
    }

    private mutating func pick<T>(_ items: [T]) -> T { items[dice.below(items.count)] }
}
