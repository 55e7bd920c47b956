import Storage
import Wire

/// Reads a whole ledger again and finds whatever is not as it was written.
///
/// Everything is recomputed from the bytes of entries: leaves, tree, chains, streams, commands, attestations, segments,
/// and each derived table is compared with what follows. It never throws for damage: damage is what it reports. It may
/// run beside a live writer: it reads page after page, each in a transaction of its own, and what is left at the end
/// together with the tables of heads in one. Reading and hashing go on in a thread of their own, ahead of the judging.
package struct Verification: Sendable {
    package struct Options: Sendable {
        /// Only the opening rules: the signed root against the stored edge, and the entries behind the checkpoint.
        package var isQuick: Bool
        /// Whether segments are decrypted and compared with their commitments, where their keys are at hand.
        package var opensSegments: Bool
        /// Which identifiers are looked at for repetitions, at eight bytes each.
        package var identifiers: IdentifierCensus.Share
        /// Called after every few thousand entries that are not the last: whoever works beside others rests there.
        package var rest: @Sendable () -> Void
        /// Asked every few thousand entries; a verification that is stopped reports that it could not read on.
        package var shouldStop: @Sendable () -> Bool

        package init(
            isQuick: Bool = false,
            opensSegments: Bool = true,
            identifiers: IdentifierCensus.Share = .everything,
            rest: @escaping @Sendable () -> Void = {},
            shouldStop: @escaping @Sendable () -> Bool = { false },
        ) {
            self.isQuick = isQuick
            self.opensSegments = opensSegments
            self.identifiers = identifiers
            self.rest = rest
            self.shouldStop = shouldStop
        }
    }

    private let tables: LedgerTables
    private let keys: KeyStore?
    private let anchor: Anchor?
    private let options: Options

    /// - Parameters:
    ///   - keys: without them, and with a sealed key store, segments are only counted.
    ///   - anchor: without it nothing signed is compared: a copied directory may have none.
    package init(tables: LedgerTables, keys: KeyStore?, anchor: Anchor?, options: Options = Options()) {
        self.tables = tables
        self.keys = keys
        self.anchor = anchor
        self.options = options
    }

    private struct Stopped: Error, CustomStringConvertible {
        var description: String { "it was stopped" }
    }

    package func run() -> Report { options.isQuick ? runQuickly() : runDeeply() }

    private func runDeeply() -> Report {
        var pass = VerificationPass(keys: keys, options)
        // The anchor first: what is signed while we read is beyond what we compare with.
        let signed = readAnchor(&pass.report)
        let marks = [signed.checkpoint?.size, signed.head?.size].compactMap { $0 }
        let ahead = ReadAhead(TreeStage(tables, marks: marks, copiesSegments: pass.readsSegmentRows))
        var failure: (any Error)?
        var isAtEnd = false
        while !isAtEnd, failure == nil {
            let batch = ahead.next()
            for page in batch.pages { pass.read(page, marks: marks) }
            (isAtEnd, failure) = (batch.reachesEnd, batch.failure ?? (options.shouldStop() ? Stopped() : nil))
            if !isAtEnd, failure == nil { options.rest() }
        }
        var stage = ahead.stage
        if failure == nil { failure = readEnd(&stage, &pass) }
        if let failure {
            pass.report.add(stage.position, "the ledger cannot be read further", for: failure)
            pass.isInterrupted = true
        }
        pass.findRepeatedIdentifiers(in: tables, below: stage.tree.size)
        pass.finish(stage)
        if !pass.isInterrupted { pass.check(signed, stage) }
        return pass.report
    }

    /// What was appended meanwhile, and the tables of heads, all of one moment.
    private func readEnd(_ stage: inout TreeStage, _ pass: inout VerificationPass) -> (any Error)? {
        do {
            try tables.environment.readAtLength { reader in
                var isAtEnd = false
                while !isAtEnd {
                    let page = try stage.read(reader)
                    pass.read(page, marks: stage.marks)
                    isAtEnd = page.page.next == nil
                }
                try pass.compareHeads(tables, reader)
                try pass.compareDataKeys(tables, reader)
                try pass.compareRuns(tables, reader)
            }
            return nil
        } catch {
            return error
        }
    }

    private func readAnchor(_ report: inout Report) -> Signed {
        guard let anchor else { return Signed(isAsked: false, note: nil, checkpoint: nil, head: nil) }
        var signed = Signed(isAsked: true, note: nil, checkpoint: nil, head: nil)
        do {
            signed.head = try anchor.head()
            signed.note = try anchor.checkpoint()
            signed.checkpoint = try signed.note.map { try Checkpoint(text: $0.text) }
        } catch {
            report.add(nil, "the anchor cannot be read: \(error)")
            signed.isAsked = false
        }
        return signed
    }

    private func runQuickly() -> Report {
        var report = Report()
        do {
            if let anchor {
                let opening = try Opening(tables: tables, anchor: anchor)
                report.entries = opening.range.size
                report.root = opening.range.root
                report.checkpoint = opening.anchored
                report.origin = opening.origin
            } else {
                let range = try Opening.tail(tables)
                report.entries = range.size
                report.root = range.root
            }
            if let keys, try tables.hasDataKeys() {
                for (key, use) in try keys.difference(from: tables).missing {
                    report.add(use.first, "the key store does not have the key \(key), and nothing destroyed it")
                }
            }
        } catch LedgerFault.damaged(let index, let what) {
            report.add(index, what)
        } catch LedgerFault.rolledBack(let what, _) {
            report.add(nil, what)
        } catch {
            report.add(nil, "\(error)")
        }
        return report
    }
}
