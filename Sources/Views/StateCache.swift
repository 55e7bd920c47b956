import Identity
import Synchronization
import Wire

/// Resources that were read from rows lately, so that the same row is not read again and again.
///
/// A resource is taken from here only for a row of the very same bytes. Nothing has to be told when a row changes, and a
/// reader of an older moment never gets a newer state. Keys of `current` and of `versions` differ, so both share the place.
final class StateCache: Sendable {
    /// How many bytes of rows are held, whatever their number: the hot part of a large platform.
    static let rowBytesMax = 4 << 20

    private struct Held {
        let row: [UInt8]
        let resource: any Sendable
    }

    private struct Contents {
        var held: [RowKey: Held] = [:]
        var rowBytes = 0
    }

    private let contents = Mutex(Contents())

    /// The resource that the row of a key says; nil when the row cannot be read.
    func resource<R: Resource>(_ id: Identifier<R>, at key: RowKey, in row: [UInt8]) -> Versioned<R>? {
        let held = contents.withLock { $0.held[key] }
        if let held, held.row == row, let resource = held.resource as? Versioned<R> { return resource }
        guard let resource = Versioned<R>(row: row), resource.id == id else { return nil }
        contents.withLock { contents in
            // Starting over is simpler than knowing what is oldest, and costs each hot row one reading.
            if contents.rowBytes + row.count > Self.rowBytesMax { contents = Contents() }
            let before = contents.held.updateValue(Held(row: row, resource: resource), forKey: key)
            contents.rowBytes += row.count - (before?.row.count ?? 0)
        }
        return resource
    }
}
