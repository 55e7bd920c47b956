package import Identity
import Storage
package import Wire

extension RowReader {
    /// Lends the versions of a resource from this reader's position backwards, each with the index of its entry, until
    /// the closure returns false.
    package func versions<R: Resource>(
        of id: Identifier<R>,
        _ body: (_ index: UInt64, _ version: Versioned<R>) throws -> Bool,
    ) throws {
        let prefix = ViewKey.versions(of: id.text)
        let start = ViewKey.version(of: id.text, at: position ?? .max)
        // Newer versions stand before older ones.
        try scan(.versions, from: start, .forward) { key, value in
            guard key.count == start.count, key.begins(with: prefix) else { return false }
            guard let version = Versioned<R>(row: value.copied), version.id == id else {
                throw self.damage(.versions, key.copied)
            }
            return try body(~BigEndian.value(key, at: prefix.count), version)
        }
    }
}
