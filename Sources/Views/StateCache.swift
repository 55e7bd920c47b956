import Identity
import Storage
import Synchronization
import Wire

/// Resources that were read from rows lately, so that the same row is not read again and again.
///
/// A resource is taken from here only for a row with the very same tag, which no other row of that key has. Nothing
/// has to be told when a row changes, and a reader of an older moment never gets a newer state. Keys of `current` and
/// of `versions` differ, so both share the place.
final class StateCache: Sendable {
    /// How many bytes of rows are held, whatever their number: the hot part of a large platform.
    static let rowBytesMax = 8 << 20

    /// A resource with the row that it was read from.
    struct Held {
        let row: TaggedRow
        private let state: any AnyObject & Sendable

        fileprivate init<R: Resource>(_ resource: Versioned<R>, _ row: TaggedRow) {
            self.row = row
            state = State(resource)
        }

        /// The resource, if it was read from the row of that tag.
        func resource<R: Resource>(of tag: UInt64) -> Versioned<R>? {
            row.tag == tag ? (state as? State<R>)?.resource : nil
        }
    }

    /// A resource in a box: asking a box for its kind is one comparison, and copying it one count.
    private final class State<R: Resource>: Sendable {
        let resource: Versioned<R>

        init(_ resource: Versioned<R>) { self.resource = resource }
    }

    private struct Contents {
        var held: [RowKey: Held] = [:]
        var rowBytes = 0
    }

    private let contents = Mutex(Contents())

    func held(at key: RowKey) -> Held? { contents.withLock { $0.held[key] } }

    /// Remembers what a row says that was read, or is about to be written.
    func remember<R: Resource>(_ resource: Versioned<R>, at key: RowKey, _ row: TaggedRow) {
        let new = Held(resource, row)
        // What goes is handed out and freed behind the lock, for which others wait.
        _ = contents.withLock { contents -> Contents? in
            // Starting over is simpler than knowing what is oldest, and costs each hot row one reading.
            let isFull = contents.rowBytes + row.value.count > Self.rowBytesMax
            let gone = isFull ? contents : nil
            if isFull { contents = Contents() }
            let before = contents.held.updateValue(new, forKey: key)
            contents.rowBytes += row.value.count - (before?.row.value.count ?? 0)
            return gone
        }
    }
}
