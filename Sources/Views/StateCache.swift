import Identity
import Storage
import Synchronization
import Wire

/// Resources that were read from rows lately, so that the same row is not read again and again.
///
/// A resource is taken from here only for a row with the very same seal, which no other row of that key has. Nothing has
/// to be told when a row changes, and a reader of an older moment never gets a newer state. Keys of `current` and of
/// `versions` differ, so both share the place.
final class StateCache: Sendable {
    /// How many bytes of rows were read for what is held, whatever their number: the hot part of a large platform.
    static let rowBytesMax = 8 << 20

    private struct Held {
        let seal: UInt64
        let rowBytes: Int
        let resource: any Sendable
    }

    private struct Contents {
        var held: [RowKey: Held] = [:]
        var rowBytes = 0
    }

    private let contents = Mutex(Contents())

    /// The resource that the row of a key says; nil when the row cannot be read.
    func resource<R: Resource>(
        _ id: Identifier<R>,
        at key: RowKey,
        in row: Span<UInt8>,
        _ seal: UInt64,
    ) -> Versioned<R>? {
        let held = contents.withLock { $0.held[key] }
        if let held, held.seal == seal, let resource = held.resource as? Versioned<R> { return resource }
        guard let resource = Versioned<R>(row: row.copied), resource.id == id else { return nil }
        keep(resource, at: key, row, seal)
        return resource
    }

    /// Remembers what a row says that was read, or is about to be written.
    func keep<R: Resource>(_ resource: Versioned<R>, at key: RowKey, _ row: Span<UInt8>, _ seal: UInt64) {
        let new = Held(seal: seal, rowBytes: row.count, resource: resource)
        contents.withLock { contents in
            // Starting over is simpler than knowing what is oldest, and costs each hot row one reading.
            if contents.rowBytes + new.rowBytes > Self.rowBytesMax { contents = Contents() }
            let before = contents.held.updateValue(new, forKey: key)
            contents.rowBytes += new.rowBytes - (before?.rowBytes ?? 0)
        }
    }
}
