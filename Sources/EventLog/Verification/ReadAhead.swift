import Storage
import Synchronization

/// Lets the first half of verification run on a thread of its own, one batch of pages ahead of the second.
final class ReadAhead: Sendable {
    struct Batch {
        var pages: [HashedPage] = []
        /// Whether there was nothing behind the last page when it was read.
        var reachesEnd = false
        /// Why reading stopped.
        var failure: (any Error)?
    }

    /// About eight thousand ordinary entries: the cost of starting a thread vanishes in them.
    private static let pagesMax = 64
    private static let bytesMax = 2 << 20

    private struct State {
        var stage: TreeStage
        var batch = Batch()
    }

    /// Held by the thread that fills while it fills; asked for by the other only behind its end.
    private let state: Mutex<State>
    private let thread: Mutex<PinnedThread?> = Mutex(nil)

    init(_ stage: TreeStage) {
        state = Mutex(State(stage: stage))
        fillAside()
    }

    /// The batch that was filled; the next one is begun, unless this was the last.
    func next() -> Batch {
        thread.withLock { $0 }?.join()
        let batch = state.withLock { state in
            let batch = state.batch
            state.batch = Batch()
            return batch
        }
        if !batch.reachesEnd, batch.failure == nil { fillAside() }
        return batch
    }

    /// The first half as it stands behind the last batch.
    var stage: TreeStage { state.withLock { $0.stage } }

    private func fillAside() {
        let filler = PinnedThread(name: "verify")
        thread.withLock { $0 = filler }
        do throws(StorageError) {
            try filler.start { self.fill() }
        } catch {
            // Without a thread to spare it goes on all the same, only slower.
            fill()
        }
    }

    private func fill() {
        state.withLock { state in
            var bytes = 0
            while state.batch.pages.count < Self.pagesMax, bytes < Self.bytesMax {
                do {
                    // A page is bounded; a machine that sleeps meanwhile is no damage to the ledger.
                    let page = try state.stage.tables.environment.readAtLength { try state.stage.read($0) }
                    bytes += page.page.bytes
                    state.batch.pages.append(page)
                    guard page.page.next != nil else {
                        state.batch.reachesEnd = true
                        return
                    }
                } catch {
                    state.batch.failure = error
                    return
                }
            }
        }
    }
}
