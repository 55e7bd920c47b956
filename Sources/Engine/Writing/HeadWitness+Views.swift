import EventLog
import Views

extension HeadWitness {
    /// The views, which have folded what is durable: nothing is decided before they have.
    init(_ views: ViewStore) {
        self.init(
            entries: { chain in try views.readFromReserve { try $0.length(of: chain) } },
            version: { stream in try views.readFromReserve { try $0.version(ofStream: stream) } }
        )
    }
}
