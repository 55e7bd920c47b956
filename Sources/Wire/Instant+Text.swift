/// The text of an instant as the ledger keeps it: exactly `YYYY-MM-DDTHH:MM:SS.ffffffZ`.
///
/// One form for all, always 27 bytes, so that texts sort as the instants do.
extension Instant {
    static let textBytes = 27

    package var text: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.textBytes)
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The month in UTC, such as `2026-11`: the span one data key serves.
    package var month: String {
        let days = seconds.flooring(by: Self.secondsPerDay).quotient
        let date = CivilDate(daysSince1970: days)
        var bytes: [UInt8] = []
        bytes.append(addingCapacity: 7) { out in
            out.appendPadded(date.year, digits: 4)
            out.append(UInt8(ascii: "-"))
            out.appendPadded(date.month, digits: 2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the text, with no `String` between.
    package func append(to bytes: inout [UInt8]) {
        let (seconds, fraction) = microseconds.flooring(by: Self.microsecondsPerSecond)
        let (days, secondOfDay) = seconds.flooring(by: Self.secondsPerDay)
        let date = CivilDate(daysSince1970: days)
        bytes.append(addingCapacity: Self.textBytes) { out in
            out.appendPadded(date.year, digits: 4)
            out.append(UInt8(ascii: "-"))
            out.appendPadded(date.month, digits: 2)
            out.append(UInt8(ascii: "-"))
            out.appendPadded(date.day, digits: 2)
            out.append(UInt8(ascii: "T"))
            out.appendPadded(secondOfDay / 3_600, digits: 2)
            out.append(UInt8(ascii: ":"))
            out.appendPadded(secondOfDay / 60 % 60, digits: 2)
            out.append(UInt8(ascii: ":"))
            out.appendPadded(secondOfDay % 60, digits: 2)
            out.append(UInt8(ascii: "."))
            out.appendPadded(fraction, digits: 6)
            out.append(UInt8(ascii: "Z"))
        }
    }
}

extension OutputSpan<UInt8> {
    /// Appends a number that is not negative and has at most that many digits, with zeros before it.
    @inline(__always)
    fileprivate mutating func appendPadded(_ value: Int64, digits: Int) {
        var divisor: Int64 = 1
        for _ in 1..<digits {
            divisor *= 10
        }
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
            divisor /= 10
        }
    }
}
