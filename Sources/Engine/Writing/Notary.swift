import Dispatch
import EventLog
import OpenSSL
import Storage
import Synchronization
import Wire

/// Signs checkpoints beside the writer: never more than a second passes with entries that no checkpoint covers.
///
/// The order is fixed: entries durable, sign, anchor durable, publish. Nothing is ever shown that a crash could take
/// back.
final class Notary: Sendable {
    static let intervalMicroseconds = 500_000

    private struct State {
        var edge: CompactRange
        var signers: [Ed25519Key]
        var published: SignedNote?
        var publishedSize: UInt64
        var publishedAt: Instant?
        var isClosed = false
    }

    private let origin: String
    private let anchor: Anchor
    private let world: World
    private let status: WriterStatus
    private let state: Mutex<State>
    /// Only one signs at a time, or an older checkpoint could replace a newer one in the anchor.
    private let signing = Mutex(())
    private let bell = DispatchSemaphore(value: 0)
    private let loop: Loop

    init(
        origin: String,
        anchor: Anchor,
        signers: [Ed25519Key],
        edge: CompactRange,
        published: SignedNote?,
        publishedSize: UInt64,
        world: World,
        status: WriterStatus,
    ) {
        self.origin = origin
        self.anchor = anchor
        self.world = world
        self.status = status
        loop = Loop(name: "notary", world: world)
        state = Mutex(
            State(edge: edge, signers: signers, published: published, publishedSize: publishedSize)
        )
    }

    /// The last checkpoint that is safe in the anchor.
    var published: SignedNote? { state.withLock { $0.published } }
    var publishedSize: UInt64 { state.withLock { $0.publishedSize } }
    var publishedAt: Instant? { state.withLock { $0.publishedAt } }

    /// Told by the writer after each commit, with the edge kept in memory from leaf bytes.
    func advance(to edge: CompactRange) {
        state.withLock { $0.edge = edge }
    }

    /// Keys changed by an entry at this size: from here on these sign, at once.
    func sign(with signers: [Ed25519Key]) throws {
        state.withLock { $0.signers = signers }
        try sign(evenIfCovered: true)
    }

    func start() throws {
        try loop.start { [self] waits in
            guard !state.withLock({ $0.isClosed }) else { return false }
            if waits { _ = bell.wait(timeout: .now() + .microseconds(Self.intervalMicroseconds)) }
            do {
                try sign(evenIfCovered: false)
                status.anchor(trouble: nil)
            } catch {
                // Unsigned entries are covered by the next checkpoint; one that never comes shows in health.
                status.anchor(trouble: "\(error)")
            }
            return true
        }
    }

    /// Signs what is durable now, unless a checkpoint covers it already.
    func sign(evenIfCovered: Bool) throws {
        try signing.withLock { _ in
            let (edge, signers, size) = state.withLock { ($0.edge, $0.signers, $0.publishedSize) }
            guard edge.size > size || evenIfCovered, edge.size > 0 else { return }
            CrashPoint.beforeSign.pass()
            let note = Checkpoint(origin: origin, size: edge.size, root: edge.root).signed(by: signers)
            CrashPoint.beforeAnchor.pass()
            try anchor.store(note)
            CrashPoint.afterAnchor.pass()
            state.withLock { state in
                state.published = note
                state.publishedSize = edge.size
                state.publishedAt = world.wall()
            }
        }
    }

    func close() throws {
        state.withLock { $0.isClosed = true }
        bell.signal()
        loop.join()
        try sign(evenIfCovered: false)
    }
}
