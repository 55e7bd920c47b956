import Engine
import Identity
import Wire

/// The moment of the past that a request asks about, as it resolved: the last entry that its answer sees.
struct AsOf: Sendable {
    let index: UInt64
    let recordedAt: Instant

    /// What verifiers tolerate of a clock that runs ahead of ours.
    private static let clockSkewSeconds: Int64 = 60

    /// Resolves `as_of=N`, the state after entry N, or after the last one before N's command where N does not end it;
    /// and `as_of=T`, after the last entry recorded at or before T (decision 27 of the contract).
    ///
    /// - Parameter name: of another parameter that names a moment in the same way.
    init?(_ query: Query, named name: String = "as_of", in instance: Instance) throws(Refusal) {
        guard let text = query.text(name) else { return nil }
        let moment: Moment
        if let index = UInt64(text), text == "\(index)" {
            moment = .index(index)
        } else if let time = try? Instant(rfc3339: text) {
            guard time <= instance.world.wall().adding(seconds: Self.clockSkewSeconds) else {
                throw Self.invalid(name, "This time is yet to come")
            }
            moment = .time(time)
        } else {
            throw Self.invalid(name, "Input should be an index, or a time in RFC 3339 form with its zone")
        }
        let found = try instance.attempt(name) { try instance.entry(asOf: moment) }
        guard let found else {
            switch moment {
            case .index: throw Self.invalid(name, "The ledger has no command that ended by this index")
            case .time: throw Self.invalid(name, "The ledger begins after this time")
            }
        }
        (index, recordedAt) = found
    }

    private static func invalid(_ name: String, _ message: String) -> Refusal {
        .rejected(.invalid([Query.issue(name, message, "value_error")]))
    }
}
