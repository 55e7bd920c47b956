package import Wire

/// A resource with what the ledger knows about it: where it stands, its version, and when it began, changed and ended.
package struct Versioned<R: Resource>: Sendable {
    package let id: Identifier<R>
    /// Where it stands.
    package var place: Place
    /// The version of its stream, from 1: exactly the ETag.
    package var version: UInt64
    /// How often everything that was proven with it, or below it, came to an end: its suspensions and deletions.
    package var epoch: UInt64
    /// The index of the entry that created it: lists are in this order.
    package var createdIndex: UInt64
    package var createdAt: Instant
    package var updatedAt: Instant
    package var deletedAt: Instant?
    /// In a box: it is handed on far more often than it changes, and a copy of it costs one count.
    @usableFromInline var held: Held
    /// In a box, because few were ever stopped and all are copied.
    private var stops: Stops?

    @usableFromInline final class Held: Sendable {
        @usableFromInline let state: R
        @usableFromInline init(_ state: R) { self.state = state }
    }

    /// Its fields.
    @inlinable package var state: R {
        get { held.state }
        set { held = Held(newValue) }
    }

    private final class Stops: Sendable {
        let suspendedFrom: Place?
        let deletedFrom: Place?

        /// Nothing where nobody stopped it.
        init?(suspendedFrom: Place?, deletedFrom: Place?) {
            if suspendedFrom == nil, deletedFrom == nil { return nil }
            (self.suspendedFrom, self.deletedFrom) = (suspendedFrom, deletedFrom)
        }
    }

    /// Where those are at home who suspended it, while it is suspended: nobody below them starts it again.
    package var suspendedFrom: Place? {
        get { stops?.suspendedFrom }
        set { stops = Stops(suspendedFrom: newValue, deletedFrom: deletedFrom) }
    }

    /// The same of those who deleted it, while it is deleted.
    package var deletedFrom: Place? {
        get { stops?.deletedFrom }
        set { stops = Stops(suspendedFrom: suspendedFrom, deletedFrom: newValue) }
    }

    package init(
        id: Identifier<R>,
        place: Place,
        version: UInt64,
        epoch: UInt64 = 0,
        createdIndex: UInt64,
        createdAt: Instant,
        updatedAt: Instant,
        deletedAt: Instant? = nil,
        suspendedFrom: Place? = nil,
        deletedFrom: Place? = nil,
        state: R,
    ) {
        self.id = id
        self.place = place
        self.version = version
        self.epoch = epoch
        self.createdIndex = createdIndex
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.deletedAt = deletedAt
        stops = Stops(suspendedFrom: suspendedFrom, deletedFrom: deletedFrom)
        held = Held(state)
    }

    /// Where its entries count.
    package var chain: Place { R.chain(of: id, in: place) }
}
