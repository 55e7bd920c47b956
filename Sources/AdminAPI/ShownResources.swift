import Identity
import Synchronization
import Wire

/// The JSON of resources that were shown lately: the same version of a resource is shown by the same bytes.
///
/// RFC 9110 §8.8.1: that is what its version promises as a strong ETag. Only what is committed may be asked for here,
/// since a version that was never written down can be followed by another one of that number.
final class ShownResources: Sendable {
    /// How many bytes of JSON are held, as many as rows are held read.
    ///
    /// Memory that it was given and does not fill is counted; the identifiers by which it is found come on top.
    static let bytesMax = 8 << 20

    private struct Shown {
        let version: UInt64
        let json: ResourceJSON
    }

    private struct Contents {
        var shown: [String: Shown] = [:]
        var bytes = 0
    }

    private let contents = Mutex(Contents())

    func json<R: ManagedResource>(of resource: Versioned<R>) -> ResourceJSON {
        let id = resource.id.text
        let known = contents.withLock { $0.shown[id] }
        if let known, known.version == resource.version { return known.json }
        let new = Shown(version: resource.version, json: ResourceJSON(resource))
        // What goes is handed out and freed behind the lock, for which others wait.
        _ = contents.withLock { contents -> Contents? in
            // Starting over is simpler than knowing what is oldest, and costs each hot resource one writing.
            let isFull = contents.bytes + new.json.byteCount > Self.bytesMax
            let gone = isFull ? contents : nil
            if isFull { contents = Contents() }
            let before = contents.shown.updateValue(new, forKey: id)
            contents.bytes += new.json.byteCount - (before?.json.byteCount ?? 0)
            return gone
        }
        return new.json
    }
}
