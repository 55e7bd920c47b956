import Wire

/// A line of JSON on standard output.
enum Measurement {
    static func report(_ members: Members) {
        print(String(decoding: JSON.object(members).compact, as: UTF8.self))
    }
}

extension JSON {
    /// A duration in seconds, as a number that every reader of JSON takes.
    static func seconds(_ duration: Duration) -> JSON {
        let (seconds, attoseconds) = duration.components
        let microseconds = String(attoseconds / 1_000_000_000_000)
        let zeros = String(repeating: "0", count: 6 - microseconds.count)
        return .decimal("\(seconds).\(zeros)\(microseconds)")
    }

    static func count(_ number: some BinaryInteger) -> JSON { .integer(Int64(number)) }
}
