/// What a disk does to data at rest, behind the back of whoever wrote it.
package enum Damage: Hashable, Sendable, CaseIterable {
    /// One bit of a row's value, or of a file, is not what it was.
    case flippedBit
    /// A write went to the wrong place: the value of one row stands at another of its table, one file's content in
    /// another of its folder.
    case misdirectedWrite
    /// A row or a file that was there is gone.
    case vanished
}

extension SimulatedDisk {
    /// Damages one row of an environment, chosen by the seed.
    ///
    /// - Returns: what was done, for the message of a failing test; `nil` where there was nothing to damage.
    package func damage(_ damage: Damage, environment name: String) -> String? {
        change { state in
            guard var tables = state.environments[name]?.tables.current,
                let done = tables.suffer(damage, &state.random)
            else { return nil }
            state.environments[name]?.tables.replace(by: tables)
            return "\(damage) in \(name): \(done)"
        }
    }

    /// Damages one file of a folder, chosen by the seed.
    ///
    /// - Returns: what was done, for the message of a failing test; `nil` where there was nothing to damage.
    package func damage(_ damage: Damage, folder name: String) -> String? {
        change { state in
            guard var folder = state.folders[name], let done = folder.suffer(damage, &state.random) else { return nil }
            state.folders[name] = folder
            return "\(damage) in \(name): \(done)"
        }
    }
}

extension SimulatedTables {
    fileprivate mutating func suffer(_ damage: Damage, _ random: inout SeededRandom) -> String? {
        let filled = names.filter { rows(of: $0).count > (damage == .misdirectedWrite ? 1 : 0) }
        guard !filled.isEmpty else { return nil }
        let name = filled[random.below(filled.count)]
        let all = rows(of: name)
        let place = random.below(all.count)
        var value = all[place].value
        let done: String
        switch damage {
        case .flippedBit:
            guard let bit = value.flipBit(&random) else { return nil }
            done = "bit \(bit) of row \(place) of \(name)"
        case .misdirectedWrite:
            let source = (place + 1 + random.below(all.count - 1)) % all.count
            guard all[source].value != value else { return nil }
            value = all[source].value
            done = "row \(source) of \(name) stands at row \(place)"
        case .vanished:
            remove(name, all[place].key)
            return "row \(place) of \(name) is gone"
        }
        replace(name, all[place].key, value)
        return done
    }
}

extension SimulatedFolder.Stored {
    fileprivate mutating func suffer(_ damage: Damage, _ random: inout SeededRandom) -> String? {
        let files = names.current.sorted { $0.key < $1.key }
        guard files.count > (damage == .misdirectedWrite ? 1 : 0) else { return nil }
        let place = random.below(files.count)
        let (name, number) = files[place]
        guard let file = self.files[number] else { return nil }
        switch damage {
        case .flippedBit:
            var bytes = file.written
            guard let bit = bytes.flipBit(&random) else { return nil }
            self.files[number] = SimulatedFile(durable: bytes, mode: file.mode)
            return "bit \(bit) of \(name)"
        case .misdirectedWrite:
            let source = files[(place + 1 + random.below(files.count - 1)) % files.count]
            guard let other = self.files[source.value], other.written != file.written else { return nil }
            self.files[number] = SimulatedFile(durable: other.written, mode: file.mode)
            return "\(source.key) stands in \(name)"
        case .vanished:
            var left = names.current
            left[name] = nil
            names.replace(by: left)
            self.files[number] = nil
            return "\(name) is gone"
        }
    }
}

extension [UInt8] {
    /// - Returns: which bit; `nil` where there is none.
    fileprivate mutating func flipBit(_ random: inout SeededRandom) -> Int? {
        guard !isEmpty else { return nil }
        let bit = random.below(count * 8)
        self[bit / 8] ^= 1 << UInt8(bit % 8)
        return bit
    }
}

extension SeededRandom {
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
