import Engine
import EventLog
import Storage
import Views

/// Entries folded from their bytes alone, without the keys of sealed segments.
struct FoldedLines {
    let views: ViewStore
    let range: CompactRange

    init(_ lines: [[UInt8]]) throws {
        views = try ViewStore(
            state: Environment(simulated: SimulatedDisk(seed: 1), name: "state"),
            audit: Environment(simulated: SimulatedDisk(seed: 1), name: "audit"),
            tagKey: [UInt8](repeating: 1, count: ViewStore.tagKeyBytes),
            blindKey: [UInt8](repeating: 2, count: ViewStore.blindKeyBytes)
        )
        let draft = try views.draft()
        var range = CompactRange()
        for line in lines {
            let entry = try FoldedEntry(Entry(decoding: line))
            try draft.fold(entry)
            if entry.endsCommand { try draft.keep() }
            range.append(MerkleTree.leaf(line))
        }
        try draft.commit(applied: ViewStore.Applied(size: range.size, root: range.root))
        self.range = range
    }
}
