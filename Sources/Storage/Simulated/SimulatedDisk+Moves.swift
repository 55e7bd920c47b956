import Glibc

// Whole folders, moved and removed: the twin of `FolderMoves`.
//
// The names themselves are changed or not; a move that is reported and lost takes along what was not synced before it.
extension SimulatedDisk {
    package func exists(_ name: String) -> Bool {
        let isThere = try? use(life: life, "look for \(name)") { state in
            state.environments.keys.contains { Self.stands($0, in: name) }
                || state.folders.keys.contains { Self.stands($0, in: name) }
        }
        return isThere ?? false
    }

    /// Whether something is a folder, or stands within it.
    private static func stands(_ name: String, in folder: String) -> Bool {
        name.utf8.elementsEqual(folder.utf8) || name.utf8.starts(with: (folder + "/").utf8)
    }

    /// Gives a folder another name, atomically; the other name must be free.
    package func rename(_ name: String, to other: String) throws(StorageError) {
        let operation = "rename \(name) to \(other)"
        guard !exists(other) else { throw StorageError(code: ENOTEMPTY, operation) }
        try change(operation) { state, isLost in
            for old in state.environments.keys.filter({ Self.stands($0, in: name) }) {
                let new = other + old.dropFirst(name.count)
                state.environments[new] = state.environments.removeValue(forKey: old)
                if isLost { state.environments[new]?.tables.startLosing() }
            }
            for old in state.folders.keys.filter({ Self.stands($0, in: name) }) {
                state.folders[other + old.dropFirst(name.count)] = state.folders.removeValue(forKey: old)
            }
        }
    }

    /// Removes a folder, if it is there.
    package func remove(_ name: String) throws(StorageError) {
        guard exists(name) else { return }
        try change("remove \(name)") { state, _ in
            state.environments = state.environments.filter { !Self.stands($0.key, in: name) }
            state.folders = state.folders.filter { !Self.stands($0.key, in: name) }
        }
    }

    private func change(
        _ operation: String,
        _ body: (inout State, _ isLost: Bool) -> Void
    ) throws(StorageError) {
        try use(life: life, operation) { (state) throws(StorageError) in
            switch try state.begin(operation) {
            case nil: body(&state, false)
            case .lost, .torn: body(&state, true)
            case .keptButDenied(let error):
                body(&state, false)
                throw error
            }
        }
    }
}
