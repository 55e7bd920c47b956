extension SimulatedDisk {
    /// Remembers every row as it is now, for one of them to be put back later by somebody who can write the files.
    package func rememberRows() {
        change { state in state.remembered = state.environments.mapValues(\.tables.current) }
    }

    /// Puts one row of an environment, chosen by the seed, back as it was when rows were remembered.
    ///
    /// - Returns: what was done, for the message of a failing test; `nil` where no row was another then.
    package func putBackRow(environment name: String) -> String? {
        change { state in
            guard let earlier = state.remembered[name], var tables = state.environments[name]?.tables.current,
                let done = tables.putBack(from: earlier, &state.random)
            else { return nil }
            state.environments[name]?.tables.replace(by: tables)
            return "put back in \(name): \(done)"
        }
    }
}

extension SimulatedTables {
    fileprivate mutating func putBack(from earlier: SimulatedTables, _ random: inout SeededRandom) -> String? {
        var changed: [(table: String, key: [UInt8], value: [UInt8])] = []
        for name in earlier.names where names.contains(name) {
            let now = Dictionary(uniqueKeysWithValues: rows(of: name).map { ($0.key, $0.value) })
            for row in earlier.rows(of: name) {
                guard let value = now[row.key], value != row.value else { continue }
                changed.append((name, row.key, row.value))
            }
        }
        guard !changed.isEmpty else { return nil }
        let place = random.below(changed.count)
        let row = changed[place]
        replace(row.table, row.key, row.value)
        return "row \(place) of those that changed, of \(row.table)"
    }
}
