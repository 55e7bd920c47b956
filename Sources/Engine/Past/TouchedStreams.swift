package import EventLog
package import Identity
import Storage
package import Views
import Wire

/// A resource or an edge that state entries changed.
package struct TouchedStream: Sendable, Equatable {
    package let stream: String
    package let type: StreamTarget

    /// - Returns: nil for an entry that changes no resource and no edge.
    package init?(changedBy entry: EntryStream) {
        guard let stream = entry.stream, let type = EntryType.named(entry.type, schema: entry.schema),
            let target = StreamTarget(type, entry.data)
        else { return nil }
        self.init(stream: stream, type: target)
    }

    private init(stream: String, type: StreamTarget) { (self.stream, self.type) = (stream, type) }
}

/// What was changed between two moments: bounds of the search for it.
package enum TouchedStreams {
    /// How many entries of the chains that are asked about may lie between the two moments.
    package static let entriesMax = 1_000_000
}

extension Instance {
    /// What state entries changed in some chains after one index and up to another: each once, in the order of first
    /// touch.
    ///
    /// It costs what lies between the two, of these chains alone; activity is passed over without being read. The
    /// ledger is read in many short transactions, so no old page is held for long.
    ///
    /// - Parameters:
    ///   - places: whose chains are asked about; nil asks about all.
    ///   - from: the last index that does not count.
    ///   - to: the last index that counts.
    /// - Throws: `Rejection` where more than `TouchedStreams.entriesMax` entries lie between.
    package func touchedStreams(
        in places: [Place]?,
        after from: UInt64,
        upTo to: UInt64,
        _ snapshot: ViewSnapshot,
    ) throws -> [TouchedStream] {
        let last = try min(to, snapshot.size &- 1)
        guard from < last else { return [] }
        guard let places else {
            var touched = TouchedSet()
            try tables.walkState(from: from + 1, through: last, countMax: TouchedStreams.entriesMax) { bytes in
                guard let bytes else { throw TouchedStreams.tooMany }
                try touched.add(bytes)
            }
            return touched.streams
        }
        var indexes: [UInt64] = []
        for place in places {
            let more = try snapshot.indexes(in: place, after: from, upTo: last, limit: TouchedStreams.entriesMax)
            guard indexes.count + more.count <= TouchedStreams.entriesMax else { throw TouchedStreams.tooMany }
            indexes += more
        }
        if places.count > 1 { indexes.sort() }
        return try touchedStreams(at: indexes)
    }

    /// The same of one resource, of its parts, and of the edges that it is an end of.
    package func touchedStreams<R: Resource>(
        of resource: Versioned<R>,
        after from: UInt64,
        upTo to: UInt64,
        _ snapshot: ViewSnapshot,
    ) throws -> [TouchedStream] {
        let indexes = try snapshot.at(to).changes(of: resource, after: from, limit: TouchedStreams.entriesMax)
        guard indexes.count <= TouchedStreams.entriesMax else { throw TouchedStreams.tooMany }
        return try touchedStreams(at: indexes)
    }

    private func touchedStreams(at indexes: [UInt64]) throws -> [TouchedStream] {
        var touched = TouchedSet()
        try tables.walkState(at: indexes) { try touched.add($0) }
        return touched.streams
    }
}

extension TouchedStreams {
    fileprivate static var tooMany: Rejection {
        let message = "More than \(entriesMax) entries lie between: ask about less at once, or about less time"
        return .invalid([FieldIssue(["from"], message, "too_long")])
    }
}

/// Streams in the order in which they were first met.
private struct TouchedSet {
    private(set) var streams: [TouchedStream] = []
    private var known: Set<String> = []

    /// Of an entry only what an edge says of its ends is read of its data.
    private static func isDataRead(_ type: String) -> Bool { EntryType.named(type)?.changedRelation != nil }

    mutating func add(_ bytes: [UInt8]) throws {
        let entry = try EntryStream(decoding: bytes, isDataRead: Self.isDataRead)
        guard let touched = TouchedStream(changedBy: entry), known.insert(touched.stream).inserted else { return }
        streams.append(touched)
    }
}
