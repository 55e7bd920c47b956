import Wire

extension EntryScanner {
    /// Exactly `YYYY-MM-DDTHH:MM:SS.ffffffZ`, as a number that grows with time.
    mutating func time(_ bytes: Span<UInt8>) throws(Malformed) -> UInt64 {
        let range = try string(bytes)
        let start = range.lowerBound
        guard range.count == 27, bytes[start + 10] == UInt8(ascii: "T"), bytes[start + 19] == UInt8(ascii: "."),
            bytes[start + 13] == UInt8(ascii: ":"), bytes[start + 16] == UInt8(ascii: ":"),
            bytes[start + 26] == UInt8(ascii: "Z"), bytes[start + 4] == UInt8(ascii: "-"),
            bytes[start + 7] == UInt8(ascii: "-"),
            let year = digits(bytes, start, 4), let month = digits(bytes, start + 5, 2),
            let day = digits(bytes, start + 8, 2), let hour = digits(bytes, start + 11, 2),
            let minute = digits(bytes, start + 14, 2), let second = digits(bytes, start + 17, 2),
            let fraction = digits(bytes, start + 20, 6), hour < 24, minute < 60, second < 60
        else { throw malformed("a time is written YYYY-MM-DDTHH:MM:SS.ffffffZ") }
        let date = (year * 100 + month) * 100 + day
        // Whether a day exists is asked once for each day of the ledger.
        if date != goodDay {
            let text = String(decoding: Self.copy(bytes.extracting(range)), as: UTF8.self)
            guard year > 0, (try? Instant(canonical: text)) != nil else { throw malformed("there is no such day") }
            goodDay = date
        }
        let microsecond = ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction
        return UInt64(date) << 37 | UInt64(microsecond)
    }

    private func digits(_ bytes: Span<UInt8>, _ start: Int, _ count: Int) -> Int? {
        var value = 0
        for place in start..<(start + count) {
            let digit = bytes[place] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }
}
