import Chance
import EventLog
import OpenSSL
import Testing
import Wire

/// The two readers of entries, the verifier's and the decoder, see the same in the same bytes.
struct EntryScannerTests {
    /// Entries that are made of each seed.
    private static let count = 250

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `what the scanner sees of an entry is what the decoder reads`(seed: UInt64) throws {
        var entries = GeneratedEntries(seed: seed)
        // One for all entries: what it remembers of earlier ones must change nothing.
        var scanner = EntryScanner()
        for number in 0..<Self.count {
            let entry = entries.next()
            let bytes = entry.encoded
            guard bytes.count <= Entry.bytesMax else { continue }
            let context: Comment = "seed \(seed), entry \(number): \(String(decoding: bytes, as: UTF8.self))"
            do {
                let seen = try Facts(bytes, of: scanner.scan(bytes), scanner)
                #expect(seen == Facts(of: entry), context)
                #expect(try seen == Facts(of: Entry(decoding: bytes)), context)
            } catch {
                Issue.record(error, context)
            }
        }
    }

    @Test(arguments: [5, 6, 7, 8] as [UInt64])
    func `of altered bytes the scanner accepts only what the decoder reads, and sees the same`(seed: UInt64) throws {
        var entries = GeneratedEntries(seed: seed)
        var dice = Dice(seed: ~seed)
        var scanner = EntryScanner()
        var accepted = 0
        for number in 0..<Self.count {
            let bytes = entries.next().encoded
            guard bytes.count <= Entry.bytesMax else { continue }
            for _ in 0..<8 {
                let changed = Self.altered(bytes, &dice)
                guard let facts = try? scanner.scan(changed) else { continue }
                accepted += 1
                let context: Comment = "seed \(seed), entry \(number): \(String(decoding: changed, as: UTF8.self))"
                do {
                    let read = try Facts(of: Entry(decoding: changed))
                    #expect(try Facts(changed, of: facts, scanner) == read, context)
                } catch {
                    Issue.record(error, context)
                }
            }
        }
        #expect(accepted > 0, "some alterations are in places where any letter may stand")
    }

    /// The bytes with one of them set, doubled or left out.
    private static func altered(_ bytes: [UInt8], _ dice: inout Dice) -> [UInt8] {
        let place = dice.below(bytes.count)
        var changed = bytes
        switch dice.below(4) {
        case 0: changed.remove(at: place)
        case 1: changed.insert(bytes[place], at: place)
        case 2: changed[place] = bytes[dice.below(bytes.count)]
        default: changed[place] ^= 1 << UInt8(dice.below(8))
        }
        return changed
    }
}

/// All that the scanner tells of an entry, as values.
private struct Facts: Equatable {
    struct Sealed: Equatable {
        let subject: String
        let key: String
        let fields: [String]
        let holdsActor: Bool
        let commitment: Digest
    }

    let numbers: [UInt64?]
    let id: String
    let time: UInt64
    let texts: [String?]
    let batch: Entry.Batch?
    let previous: Digest?
    let showsClient: Bool
    let actor: Actor.Kind
    let namesActor: Bool
    let sealed: [Sealed]

    init(of entry: Entry) {
        numbers = [entry.index, entry.cause, entry.compensates, entry.sequence, entry.version]
        id = entry.id
        time = Self.number(of: entry.recordedAt)
        texts = [
            entry.type, entry.class.rawValue, entry.result.rawValue, entry.chain, entry.stream, entry.code,
            entry.request?.id,
        ]
        batch = entry.batch
        previous = entry.previous
        showsClient = entry.request?.ip != nil || entry.request?.userAgent != nil
        actor = entry.actor.kind
        namesActor = entry.actor.id != nil
        sealed = entry.sealed.map {
            Sealed(
                subject: $0.subject,
                key: $0.key,
                fields: $0.fields,
                holdsActor: $0.fields.contains { $0.bytesEqual(SealedActor.field) },
                commitment: $0.commitment
            )
        }
    }

    init(_ bytes: [UInt8], of facts: EntryFacts, _ scanner: EntryScanner) throws {
        let text = { (range: Range<Int>) throws -> String? in
            range.isEmpty ? nil : try JSON.parse([0x22] + bytes[range] + [0x22]).text
        }
        numbers = [facts.index, facts.cause, facts.compensates, facts.sequence, facts.version]
        let halves = [UInt64(facts.id >> 64), UInt64(truncatingIfNeeded: facts.id)]
        id = Entry.identifier(random: halves.flatMap { BigEndian.bytes($0) })
        time = facts.time
        texts = [
            try text(facts.type), facts.class.rawValue, facts.result.rawValue, scanner.chainName(facts.chain),
            try text(facts.stream), try text(facts.code), try text(facts.requestID),
        ]
        batch = facts.batch
        previous = facts.previous
        showsClient = facts.showsClient
        actor = facts.actor
        namesActor = facts.namesActor
        sealed = try facts.sealed.map {
            Sealed(
                subject: try text($0.subject) ?? "",
                key: try text($0.key) ?? "",
                fields: try JSON.parse(Array(bytes[$0.fields])).items?.compactMap(\.text) ?? [],
                holdsActor: $0.holdsActor,
                commitment: $0.commitment
            )
        }
    }

    /// The scanner's number of a moment, from the moment's text: the date above the microseconds of the day.
    private static func number(of instant: Instant) -> UInt64 {
        let digits = instant.text.utf8.map { UInt64($0) &- 0x30 }.filter { $0 < 10 }
        let number = { (places: Range<Int>) in digits[places].reduce(0) { $0 * 10 + $1 } }
        let seconds = (number(8..<10) * 60 + number(10..<12)) * 60 + number(12..<14)
        return number(0..<8) << 37 | (seconds * 1_000_000 + number(14..<20))
    }
}
