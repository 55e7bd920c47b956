import Identity
import Views
import Wire

/// What a resource is to be like.
struct Aim<R: Resource> {
    /// Its fields; nil where it is not to be there, as before it was created.
    var state: R?
    /// The index of the version that a field's value is taken from, by the field's name.
    var sources: [String: UInt64] = [:]
    /// The newest entry that is undone.
    var compensates: UInt64?
    /// Whether it was deleted, or not there yet, at the moment that is restored.
    var isSince = false
    var conflicts: [Conflict] = []
    /// Whether something is asked back that never comes back: the hash of a password.
    var losesSecrets = false

    /// Whether it is to be there and not deleted.
    var isLiving: Bool { state.map { $0.life == .living } ?? false }
}

extension Aim {
    /// As it was after an entry.
    init(_ current: Versioned<R>, at index: UInt64, in base: some PositionedReader) throws {
        self.init(state: current.state)
        var newest: UInt64?
        try base.versions(of: current.id) { place, _ in
            newest = place
            return false
        }
        guard let newest, newest > index else { return }
        compensates = newest
        var found: (index: UInt64, version: Versioned<R>)?
        try base.at(index).versions(of: current.id) { place, version in
            found = (place, version)
            return false
        }
        guard let found, found.version.state.life == .living else {
            (state, isSince) = (nil, true)
            return
        }
        state = found.version.state
        for field in R.fields { sources[field.name] = found.index }
    }

    /// As if some entries had not been.
    ///
    /// A field goes back only where it has the value still that the entry gave it, or where that is forced.
    init(
        _ current: Versioned<R>,
        without entries: [Wish.UndoneEntry],
        force: Set<String>,
        in base: some PositionedReader
    ) throws {
        let undone = Set(entries.map(\.index))
        guard let oldest = undone.min() else {
            self.init(state: current.state)
            return
        }
        var undoing = Undoing(current, undone, force)
        var newer: (index: UInt64, version: Versioned<R>)?
        try base.versions(of: current.id) { index, version in
            if let newer { undoing.step(newer.index, to: newer.version.state, from: (index, version.state)) }
            newer = (index, version)
            return index >= oldest
        }
        if let newer, newer.index >= oldest { undoing.step(newer.index, to: newer.version.state, from: nil) }
        self = undoing.aim
    }
}

/// Walks the versions of a resource backwards, from the newest to the oldest that is undone.
private struct Undoing<R: Resource> {
    private let id: String
    private let undone: Set<UInt64>
    private let force: Set<String>
    private(set) var aim: Aim<R>
    private var target: R
    /// The newest entry that changed a field and is not undone.
    private var changes: [String: UInt64] = [:]

    init(_ current: Versioned<R>, _ undone: Set<UInt64>, _ force: Set<String>) {
        (id, self.undone, self.force) = (current.id.text, undone, force)
        target = current.state
        aim = Aim(state: current.state)
    }

    mutating func step(_ index: UInt64, to after: R, from before: (index: UInt64, state: R)?) {
        guard undone.contains(index) else {
            for field in R.fields where before.map({ field.get($0.state) != field.get(after) }) ?? true {
                if changes[field.name] == nil { changes[field.name] = index }
            }
            return
        }
        guard let before else { return uncreate(index, after) }
        for field in R.fields where field.get(before.state) != field.get(after) {
            if field.need.isInternal, !R.isPart {
                aim.losesSecrets = true
            } else if holds(after, field, index) {
                _ = field.set(&target, field.get(before.state))
                aim.sources[field.name] = before.index
                undo(index)
            } else {
                refuse(field, index)
            }
        }
        aim.state = target
    }

    /// Its creation goes back only where it is still as it was created.
    private mutating func uncreate(_ index: UInt64, _ after: R) {
        let changed = R.fields.filter { !($0.need.isInternal && !R.isPart) && !holds(after, $0, index) }
        for field in changed { refuse(field, index) }
        guard changed.isEmpty else { return }
        aim.state = nil
        undo(index)
    }

    private func holds(_ after: R, _ field: Field<R>, _ index: UInt64) -> Bool {
        field.get(target) == field.get(after) || force.contains("\(index)/\(field.name)")
    }

    private mutating func undo(_ index: UInt64) { aim.compensates = max(aim.compensates ?? 0, index) }

    private mutating func refuse(_ field: Field<R>, _ index: UInt64) {
        var conflict = Conflict(.changedSince, id, field: field.name)
        conflict.entry = index
        conflict.index = changes[field.name]
        aim.conflicts.append(conflict)
    }
}
