import OpenSSL
import Storage
import Wire

// What follows from the entries and is stored or signed all the same: tables of heads, announced runs, the anchor.
extension VerificationPass {
    /// Compares the tables of heads row for row: none wrong, none missing, none besides.
    mutating func compareHeads(_ tables: LedgerTables, _ reader: borrowing some TableReader & ~Copyable) throws {
        var seen = [Bool](repeating: false, count: chains.heads.count)
        try reader.scan(tables.chains) { key, row in
            guard let place = chainPlace(key.copied), place < seen.count, let head = chains.heads[place] else {
                report.add(nil, "the table chains has a row of no chain")
                return true
            }
            seen[place] = true
            let due = LedgerTables.Head(sequence: head.sequence, index: head.index, leaf: head.leaf).row
            if row.copied != due { report.add(head.index, "the stored head of its chain is not this entry") }
            return true
        }
        for (place, head) in chains.heads.enumerated() where !seen[place] {
            if let head { report.add(head.index, "its chain has no stored head") }
        }
        try compareStreams(tables, reader)
    }

    /// A key of the table is the chain, a zero, and the class.
    private func chainPlace(_ key: [UInt8]) -> Int? {
        let parts = key.split(separator: 0, omittingEmptySubsequences: false)
        guard parts.count == 2, let `class` = Entry.Class(rawValue: String(decoding: parts[1], as: UTF8.self)) else {
            return nil
        }
        return scanner.chains.find(Array(parts[0]).span).map { ChainBook.place($0, `class`) }
    }

    private mutating func compareStreams(
        _ tables: LedgerTables,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws {
        var seen = [Bool](repeating: false, count: streams.heads.count)
        try reader.scan(tables.streams) { key, row in
            guard let number = streams.names.find(key) else {
                report.add(nil, "the table streams has a row of no stream")
                return true
            }
            seen[number] = true
            let head = streams.heads[number]
            let isSame =
                row.count == 16 && BigEndian.value(row) == head.version && BigEndian.value(row, at: 8) == head.index
            if !isSame { report.add(head.index, "the stored head of its stream is not this entry") }
            return true
        }
        for (number, isSeen) in seen.enumerated() where !isSeen {
            report.add(streams.heads[number].index, "its stream has no stored head")
        }
    }

    /// Of runs that were announced and are still there, the first and last entries are as announced.
    mutating func compareRuns(_ tables: LedgerTables, _ reader: borrowing some TableReader & ~Copyable) throws {
        for run in retention.announced {
            for (index, sequence) in [(run.firstIndex, run.start ?? 0), (run.lastIndex, run.end - 1)] {
                guard let bytes = try reader.get(tables.activity, BigEndian.bytes(index)) else {
                    report.add(run.index, "entry \(index) is not one that it could remove")
                    continue
                }
                // Removed while we were reading: then its run was judged by whoever removed it.
                if LedgerTables.removedBy(bytes) != nil { continue }
                let entry = try? Entry(decoding: bytes)
                let isLeaf = sequence != run.end - 1 || MerkleTree.leaf(bytes) == run.lastLeaf
                if entry?.chain != run.chain || entry?.sequence != sequence || !isLeaf {
                    report.add(run.index, "entry \(index) is not the end of the run that it removes")
                }
            }
        }
    }

    /// Holds the ledger against what the anchor remembers of it.
    mutating func check(_ signed: Signed, _ stage: TreeStage) {
        guard signed.isAsked else { return }
        let (size, roots) = (stage.tree.size, stage.roots)
        report.checkpoint = signed.checkpoint
        if let head = signed.head {
            if head.size > size {
                report.add(nil, "the ledger has \(size) entries, but \(head.size) were acknowledged")
            } else if roots[head.size] != head.root {
                report.add(nil, "the first \(head.size) entries are not those that were acknowledged")
            }
        }
        guard let checkpoint = signed.checkpoint, let note = signed.note else {
            if size > 0 { report.add(nil, "the anchor has no checkpoint") }
            return
        }
        if checkpoint.size > size {
            report.add(nil, "the ledger has \(size) entries, but a checkpoint of \(checkpoint.size) was signed")
        } else if roots[checkpoint.size] != checkpoint.root {
            report.add(nil, "the root of the first \(checkpoint.size) entries is not the one that was signed")
        }
        if marksInsideBatches.contains(checkpoint.size) {
            report.add(nil, "the checkpoint's size \(checkpoint.size) falls inside a batch")
        }
        checkSignatures(of: note, checkpoint)
    }

    private mutating func checkSignatures(of note: SignedNote, _ checkpoint: Checkpoint) {
        let verifiers = life.verifiers(at: checkpoint.size)
        guard life.origin(at: checkpoint.size)?.bytesEqual(checkpoint.origin) ?? false else {
            report.add(nil, "the checkpoint is of another ledger: \(checkpoint.origin)")
            return
        }
        if !verifiers.contains(where: note.isSigned(by:)) {
            report.add(nil, "the checkpoint is not signed by a key in use at its size")
        }
    }
}
