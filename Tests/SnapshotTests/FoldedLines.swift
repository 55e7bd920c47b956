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
        let transaction = try views.beginTransaction()
        var range = CompactRange()
        for line in lines {
            let entry = try FoldedEntry(Entry(decoding: line))
            try transaction.fold(entry)
            if entry.endsCommand { try transaction.accept() }
            range.append(MerkleTree.leaf(line))
        }
        try transaction.commit(applied: ViewStore.Applied(size: range.size, root: range.root))
        self.range = range
    }
}
