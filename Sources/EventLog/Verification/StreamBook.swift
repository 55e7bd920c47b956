/// The versions of all streams, as the state entries read so far make them.
struct StreamBook {
    struct Head {
        var version: UInt64
        var index: UInt64
    }

    private(set) var names = NameTable()
    private(set) var heads: [Head] = []

    /// Moves a stream on.
    ///
    /// - Returns: the version that was due, if it is another.
    mutating func admit(_ stream: Span<UInt8>, version: UInt64, index: UInt64) -> UInt64? {
        let number = names.number(of: stream)
        if number == heads.count { heads.append(Head(version: 0, index: 0)) }
        let due = heads[number].version + 1
        heads[number] = Head(version: version, index: index)
        return version == due ? nil : due
    }
}
