import Testing
import Wire

struct InstantTests {
    static let texts: [(Int64, String)] = [
        (0, "1970-01-01T00:00:00.000000Z"),
        (1, "1970-01-01T00:00:00.000001Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (-86_400_000_000, "1969-12-31T00:00:00.000000Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
        (1_709_164_800_123_456, "2024-02-29T00:00:00.123456Z"),
        (1_709_251_199_999_999, "2024-02-29T23:59:59.999999Z"),
        (1_709_251_200_000_000, "2024-03-01T00:00:00.000000Z"),
        (1_767_225_599_999_999, "2025-12-31T23:59:59.999999Z"),
        (1_767_225_600_000_000, "2026-01-01T00:00:00.000000Z"),
        (1_800_000_000_123_000, "2027-01-15T08:00:00.123000Z"),
        (-2_203_891_200_000_000, "1900-03-01T00:00:00.000000Z"),
        (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
        (-62_167_219_200_000_000, "0000-01-01T00:00:00.000000Z"),
        (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
    ]

    @Test(arguments: texts)
    func `an instant has one text`(microseconds: Int64, text: String) throws {
        let instant = Instant(microseconds: microseconds)
        #expect(instant.text == text)
        #expect(instant.microseconds == microseconds)
        #expect(try Instant(canonical: text) == instant)
        #expect(try Instant(rfc3339: text) == instant)
        #expect(instant.month == String(text.prefix(7)))
    }

    @Test(arguments: UInt64(1)...4)
    func `every instant is read from its text, and texts sort as instants do`(seed: UInt64) throws {
        var random = Seeded(seed: seed)
        var last = Instant.earliest
        for _ in 0..<20_000 {
            let range = Instant.earliest.microseconds...Instant.latest.microseconds
            let instant = Instant(microseconds: Int64.random(in: range, using: &random))
            #expect(try Instant(canonical: instant.text) == instant, "seed \(seed)")
            #expect((instant < last) == instant.text.bytesPrecede(last.text), "seed \(seed)")
            last = instant
        }
    }

    @Test func `days follow each other through leap years and centuries`() throws {
        var (instant, days) = (try Instant(canonical: "1896-01-01T12:00:00.000000Z"), 0)
        var last = ""
        while instant.text.prefix(4) != "2105" {
            #expect(last.bytesPrecede(instant.text))
            last = instant.text
            instant = instant.adding(seconds: 86_400)
            days += 1
        }
        // 209 years, of which 1896, then 1904 to 2096 every fourth, then 2104 are leap years: 1900 and 2100 are not.
        #expect(days == 209 * 365 + 51)
    }

    @Test(arguments: [
        "", "2026-11-20", "2026-11-20T10:00:00Z", "2026-11-20T10:00:00.000Z", "2026-11-20T10:00:00.0000000Z",
        "2026-11-20t10:00:00.000000Z", "2026-11-20T10:00:00.000000z", "2026-11-20 10:00:00.000000Z",
        "2026-11-20T10:00:00,000000Z", "2026-11-20T10:00:00.000000+", "2026-13-01T00:00:00.000000Z",
        "2026-00-01T00:00:00.000000Z", "2026-04-31T00:00:00.000000Z", "2026-02-29T00:00:00.000000Z",
        "2100-02-29T00:00:00.000000Z", "2026-01-00T00:00:00.000000Z", "2026-01-01T24:00:00.000000Z",
        "2026-01-01T00:60:00.000000Z", "2016-12-31T23:59:60.000000Z", "2026-01-01T00:00:00.00000aZ",
        "+026-01-01T00:00:00.000000Z", "2026/01/01T00:00:00.000000Z", "2026-01-01T00-00-00.000000Z",
        "2026-01-01T00:00:00.000000Zé", "２026-01-01T00:00:00.00000Z",
    ])
    func `any other text is not ours`(text: String) {
        #expect(throws: Malformed.self) { try Instant(canonical: text) }
    }

    @Test(arguments: [
        ("2026-11-20T10:00:00Z", "2026-11-20T10:00:00.000000Z"),
        ("2026-11-20t10:00:00z", "2026-11-20T10:00:00.000000Z"),
        ("2026-11-20T10:00:00.5Z", "2026-11-20T10:00:00.500000Z"),
        ("2026-11-20T10:00:00.123456789Z", "2026-11-20T10:00:00.123456Z"),
        ("2026-11-20T10:00:00.9999999999999999999999Z", "2026-11-20T10:00:00.999999Z"),
        ("1969-12-31T23:59:59.9999999Z", "1969-12-31T23:59:59.999999Z"),
        ("2026-11-20T10:00:00+01:00", "2026-11-20T09:00:00.000000Z"),
        ("2026-11-20T10:00:00-05:30", "2026-11-20T15:30:00.000000Z"),
        ("2026-11-20T10:00:00-00:00", "2026-11-20T10:00:00.000000Z"),
        ("2026-01-01T00:00:00.25+00:01", "2025-12-31T23:59:00.250000Z"),
        ("2024-02-29T23:30:00-23:59", "2024-03-01T23:29:00.000000Z"),
        ("1990-12-31T23:59:60Z", "1991-01-01T00:00:00.000000Z"),
        ("1990-12-31T15:59:60.5-08:00", "1991-01-01T00:00:00.500000Z"),
    ])
    func `times of RFC 3339 are read with their offset`(text: String, expected: String) throws {
        #expect(try Instant(rfc3339: text).text == expected)
    }

    @Test(arguments: [
        "", "2026-11-20", "2026-11-20T10:00Z", "2026-11-20T10:00:00", "2026-11-20T10:00:00.", "2026-11-20T10:00:00.Z",
        "2026-11-20T10:00:00+0100", "2026-11-20T10:00:00+01", "2026-11-20T10:00:00+24:00", "2026-11-20T10:00:00+01:60",
        "2026-11-20T10:00:00+1:00", "2026-11-20T10:00:00ZZ", "2026-11-20T10:00:00Z ", " 2026-11-20T10:00:00Z",
        "2026-11-20 10:00:00Z", "2026-11-20T10:00:60Z", "2026-11-20T23:59:60Z", "1990-12-31T23:59:60+01:00",
        "2026-11-20T23:59:61Z", "2026-02-30T00:00:00Z", "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
        "9999-12-31T23:59:60Z", "2026-11-20T10:00:00.0000000000000000000000000000000000000Z", "12026-11-20T10:00:00Z",
        "2026-11-20T10:00:00−01:00", "20261120T100000Z",
    ])
    func `what is no time of RFC 3339 is refused`(text: String) {
        #expect(throws: Malformed.self) { try Instant(rfc3339: text) }
    }

    @Test func `seconds are rounded down`() {
        #expect(Instant(microseconds: 1_999_999).seconds == 1)
        #expect(Instant(microseconds: -1).seconds == -1)
        #expect(Instant(microseconds: -1_000_000).seconds == -1)
        #expect(Instant(microseconds: -1_000_001).seconds == -2)
        #expect(Instant(seconds: 3).microseconds == 3_000_000)
    }

    @Test func `arithmetic stops at the ends of the calendar`() {
        let now = Instant(seconds: 1_800_000_000)
        #expect(now.adding(seconds: 60).seconds == 1_800_000_060)
        #expect(now.adding(microseconds: -1) < now)
        #expect(now.adding(seconds: .max) == .latest)
        #expect(now.adding(seconds: .min) == .earliest)
        #expect(now.adding(microseconds: .max) == .latest)
        #expect(now.adding(microseconds: .min) == .earliest)
        #expect(Instant.latest.adding(microseconds: 1) == .latest)
        #expect(Instant(seconds: .max) == .latest)
        #expect(Instant(microseconds: .min).text == "0000-01-01T00:00:00.000000Z")
        #expect(Instant(microseconds: .max).text == "9999-12-31T23:59:59.999999Z")
    }
}
