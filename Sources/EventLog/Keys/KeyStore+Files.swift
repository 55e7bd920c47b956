import Storage
import Synchronization

// What the files of a key store tell: once at the start, and again and again to who reads beside the owner.
extension KeyStore {
    /// Takes in what the owner has written since, where the folder is only read: nobody else changes an owner's files.
    ///
    /// A key is durable before the first entry that needs it. So a reader that finds a name in an entry and not among
    /// the keys looks once more, and what is missing then is missing. Files that are the same as before are not read
    /// again.
    func lookAgain() {
        guard folder.access == .readOnly else { return }
        do {
            let names = Set(try folder.list())
            guard names != state.withLock({ $0.seenNames }) else { return }
            let files = try KeyFiles(of: folder)
            state.withLock { state in
                state.seenNames = names
                let before = state.known
                (state.known, state.bundles) = ([:], [:])
                _ = state.learn(files)
                state.keepOpening(before)
            }
        } catch {
            // What cannot be read now is missing for whoever asked: they say so, and of which key.
            return
        }
    }
}

extension KeyStore.State {
    /// Goes on opening what it could open before, where the owner has wrapped it anew under an epoch key that came
    /// later.
    ///
    /// That key is wrapped by the operator's, which is not at hand any more. What was destroyed since stays destroyed.
    mutating func keepOpening(_ before: [String: KeyStore.Stored]) {
        guard let epoch else { return }
        for (id, stored) in before {
            guard case .wrapped(_, let number, _)? = known[id], number > epoch.number else { continue }
            known[id] = stored
        }
    }

    /// Learns the keys of files.
    ///
    /// - Returns: the bundles with keys that a newer one has as well, each with what is left of it.
    mutating func learn(_ files: KeyFiles) -> [(number: Int, rest: KeyBundle)] {
        var stale: [(number: Int, rest: KeyBundle)] = []
        // The newest first: what it tells of a key stands.
        for file in files.bundles {
            var rest = file.content
            rest.records.removeAll { known[$0.id] != nil }
            if rest.records.count < file.content.records.count { stale.append((file.number, rest)) }
            for record in rest.records { known[record.id] = KeyStore.Stored(record, of: rest, file.number) }
            bundles[file.number] = rest.records.count
        }
        nextBundle = files.lastNumber + 1
        leftovers = files.replaced
        return stale
    }
}
