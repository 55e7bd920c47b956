import Glibc

// Whole folders, moved and removed: the twin of `FolderMoves`.
//
// The names themselves are changed or not; a move that is reported and lost takes along what was not synced before it.
extension SimulatedDisk {
    package func exists(_ name: String) -> Bool {
        (try? use(life: life, "look for \(name)") { $0.environments[name] != nil || $0.folders[name] != nil }) ?? false
    }

    /// Gives a folder another name, atomically; the other name must be free.
    package func rename(_ name: String, to other: String) throws(StorageError) {
        let operation = "rename \(name) to \(other)"
        guard !exists(other) else { throw StorageError(code: ENOTEMPTY, operation) }
        try change(operation) { state, isLost in
            state.environments[other] = state.environments.removeValue(forKey: name)
            state.folders[other] = state.folders.removeValue(forKey: name)
            if isLost { state.environments[other]?.tables.hold() }
        }
    }

    /// Removes a folder, if it is there.
    package func remove(_ name: String) throws(StorageError) {
        guard exists(name) else { return }
        try change("remove \(name)") { state, _ in
            state.environments[name] = nil
            state.folders[name] = nil
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
