/// Instants read from text: our own form to the letter, or any of RFC 3339.
extension Instant {
    /// The longest text read as RFC 3339: enough for thirty digits of fraction, of which six count.
    package static let rfc3339BytesMax = 56

    /// Reads exactly `YYYY-MM-DDTHH:MM:SS.ffffffZ`, as the ledger writes it.
    package init(canonical text: String) throws(Malformed) { try self.init(canonical: text.utf8Span.span) }

    init(canonical bytes: Span<UInt8>) throws(Malformed) {
        guard bytes.count == Self.textBytes else { throw Malformed("an instant has 27 bytes", at: bytes.count) }
        let time = try WrittenTime(bytes)
        guard bytes[10] == UInt8(ascii: "T") else { throw Malformed("T is expected", at: 10) }
        guard time.second < 60 else { throw Malformed("no such second", at: 17) }
        guard bytes[19] == UInt8(ascii: ".") else { throw Malformed("a point is expected", at: 19) }
        let fraction = try bytes.digits(6, at: 20)
        guard bytes[26] == UInt8(ascii: "Z") else { throw Malformed("Z is expected", at: 26) }
        self.init(microseconds: time.secondsSince1970 * Self.microsecondsPerSecond + fraction)
    }

    /// Reads a `date-time` of RFC 3339 §5.6 with any offset.
    ///
    /// Of the fraction, what is finer than a microsecond is dropped.
    package init(rfc3339 text: String) throws(Malformed) {
        let bytes = text.utf8Span.span
        guard bytes.count <= Self.rfc3339BytesMax else { throw Malformed("too long for a time", at: bytes.count) }
        let time = try WrittenTime(bytes)
        let (fraction, zone) = try Self.fraction(bytes, at: 19)
        let seconds = time.secondsSince1970 - (try Self.offset(bytes, at: zone))
        if time.second == 60, !Self.mayFollowLeapSecond(seconds) { throw Malformed("no such second", at: 17) }
        // Four digits of year are far from overflow, but an offset may lead out of the years that have a text.
        let total = seconds * Self.microsecondsPerSecond + fraction
        self.init(microseconds: total)
        guard microseconds == total else { throw Malformed("outside the years 0000 to 9999", at: 0) }
    }

    private static func fraction(_ bytes: Span<UInt8>, at start: Int) throws(Malformed) -> (Int64, end: Int) {
        guard start < bytes.count, bytes[start] == UInt8(ascii: ".") else { return (0, start) }
        var (index, value, unit) = (start + 1, Int64(0), microsecondsPerSecond)
        while index < bytes.count, bytes[index].isDigit {
            unit /= 10
            value += Int64(bytes[index] - UInt8(ascii: "0")) * unit
            index += 1
        }
        guard index > start + 1 else { throw Malformed("a digit is expected", at: index) }
        return (value, index)
    }

    /// The seconds by which the written time is ahead of UTC.
    private static func offset(_ bytes: Span<UInt8>, at start: Int) throws(Malformed) -> Int64 {
        guard start < bytes.count else { throw Malformed("Z or an offset from UTC is expected", at: start) }
        switch bytes[start] {
        case UInt8(ascii: "Z"), UInt8(ascii: "z"):
            guard bytes.count == start + 1 else { throw Malformed("unexpected bytes after the time", at: start + 1) }
            return 0
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            guard bytes.count == start + 6, bytes[start + 3] == UInt8(ascii: ":") else {
                throw Malformed("an offset is written +hh:mm", at: start)
            }
            let hours = try bytes.digits(2, at: start + 1)
            let minutes = try bytes.digits(2, at: start + 4)
            guard hours < 24, minutes < 60 else { throw Malformed("no such offset", at: start) }
            return (hours * 60 + minutes) * (bytes[start] == UInt8(ascii: "-") ? -60 : 60)
        default: throw Malformed("Z or an offset from UTC is expected", at: start)
        }
    }

    /// Whether a leap second, read as the second after it, may have stood before this one.
    ///
    /// RFC 3339 §5.7: a second 60 exists only at the end of a month, in UTC.
    private static func mayFollowLeapSecond(_ seconds: Int64) -> Bool {
        let (days, secondOfDay) = seconds.flooring(by: secondsPerDay)
        return secondOfDay == 0 && CivilDate(daysSince1970: days).day == 1
    }
}

/// The first nineteen bytes of a time, `YYYY-MM-DDTHH:MM:SS`, the T in either case.
private struct WrittenTime {
    let secondsSince1970: Int64
    let second: Int64

    init(_ bytes: Span<UInt8>) throws(Malformed) {
        guard bytes.count >= 19 else { throw Malformed("the time is cut short", at: bytes.count) }
        for index in [4, 7] where bytes[index] != UInt8(ascii: "-") {
            throw Malformed("a hyphen is expected", at: index)
        }
        // RFC 3339 §5.6: T and Z may be lower case. A space in place of the T is left to applications; not to ours.
        guard bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t") else {
            throw Malformed("T is expected", at: 10)
        }
        for index in [13, 16] where bytes[index] != UInt8(ascii: ":") {
            throw Malformed("a colon is expected", at: index)
        }
        let (year, month, day) = (try bytes.digits(4, at: 0), try bytes.digits(2, at: 5), try bytes.digits(2, at: 8))
        guard let date = CivilDate(year: year, month: month, day: day) else { throw Malformed("no such day", at: 5) }
        let (hour, minute) = (try bytes.digits(2, at: 11), try bytes.digits(2, at: 14))
        second = try bytes.digits(2, at: 17)
        guard hour < 24, minute < 60 else { throw Malformed("no such time of day", at: 11) }
        guard second <= 60 else { throw Malformed("no such second", at: 17) }
        secondsSince1970 = date.daysSince1970 * Instant.secondsPerDay + hour * 3_600 + minute * 60 + second
    }
}

extension Span<UInt8> {
    fileprivate func digits(_ digits: Int, at start: Int) throws(Malformed) -> Int64 {
        var value: Int64 = 0
        for index in start..<start + digits {
            guard self[index].isDigit else { throw Malformed("a digit is expected", at: index) }
            value = value * 10 + Int64(self[index] - UInt8(ascii: "0"))
        }
        return value
    }
}
