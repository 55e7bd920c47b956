/// Short names as numbers, so that meeting one costs a comparison and not a text.
struct Words {
    /// The names of an object's members in canonical order.
    struct Names {
        private let words: [UInt128]

        init(_ names: [String]) {
            words = names.map(Words.word)
        }

        /// The place of a name among those not yet passed.
        ///
        /// Members come in the same order as the names, so the search
        /// goes on where the last one ended.
        @inline(__always)
        func find(_ word: UInt128, from next: inout Int) -> Int? {
            var place = next
            while place < words.count {
                if words[place] == word {
                    next = place + 1
                    return place
                }
                place += 1
            }
            return nil
        }
    }

    let entry = Names(EntryScanner.Field.names)
    let actor = Names(EntryScanner.ActorField.names)
    let request = Names(EntryScanner.RequestField.names)
    let kinds = Names(Actor.Kind.allCases.map(\.rawValue))

    let state = word("state")
    let activity = word("activity")
    let ok = word("ok")
    let denied = word("denied")
    let failed = word("failed")

    /// The bytes of a text as one number; two texts of 1 to 16 bytes without zeros are equal exactly if these are.
    static func word(_ text: String) -> UInt128 {
        precondition(text.utf8.count <= 16, "the names that are compared so are our own, and short")
        return text.utf8.reduce(0) { $0 << 8 | UInt128($1) }
    }
}

extension EntryScanner {
    /// The text as a number; zero, which is no name of ours, when it is longer than 16 bytes.
    @inline(__always)
    func word(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt128 {
        guard range.count <= 16 else { return 0 }
        var (high, low): (UInt64, UInt64) = (0, 0)
        var place = range.lowerBound
        while place < range.upperBound {
            high = high << 8 | low >> 56
            low = low << 8 | UInt64(bytes[place])
            place += 1
        }
        return UInt128(high) << 64 | UInt128(low)
    }
}
