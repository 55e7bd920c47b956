package import Wire

/// A thing that is managed: it has an identifier, fields, a life, and every change of it is an entry.
///
/// It says of itself all that anyone needs to know. The field table is the one place that says what a field is called
/// and may hold; request bodies, events, stored rows, answers and the OpenAPI schema are all read off it.
package protocol Resource: Subject, Sendable, Prefixed {
    static var kind: Kind { get }
    /// The part of the API that it belongs to, which is the first word of its scopes.
    static var area: Scope.Area { get }
    /// The levels of the places it may stand in.
    static var standsIn: [Place.Level] { get }
    /// The level that it is a place of, if others stand in it.
    static var isPlace: Place.Level? { get }
    /// Whether it hangs on another resource, with which it comes and goes, rather than standing in a place for itself.
    static var isPart: Bool { get }
    /// Whether it is itself what somebody proves who they are with: a moment is restored with those that there are now,
    /// and a place may be deleted that holds nothing else.
    static var isCredential: Bool { get }
    static var fields: [Field<Self>] { get }
    /// The sets that lists are kept for, beside everything of the kind.
    static var facets: [Facet<Self>] { get }

    init()
    var status: Status { get set }

    /// Where it stands, when its entries count in a chain.
    func place(chain: Place) -> Place
    /// Where the entries of one count that stands in a place: in that place's chain, or in its own where it is one.
    static func chain(of id: Identifier<Self>, in place: Place) -> Place
    /// What a search looks at: public text only.
    var searchText: [String] { get }
    /// Whether any of them has such text.
    static var hasSearchText: Bool { get }
    /// The scopes that whoever can use it can act with: who makes it usable must hold them.
    var power: [String] { get }
    /// The identifier of what it hangs on, of whatever kind that is.
    var owner: String? { get }
    /// The keyed hash that it is found by when somebody proves it, with the name of the key that made it.
    var proof: (key: String, mac: String)? { get }
    /// Whether something that it vouches for may be in use at a moment: that ends with it.
    func vouches(at now: Instant) -> Bool
    /// Whether an entry ends everything that was proven with it before, as a new password does.
    static func endsProofs(_ event: StoredEvent) -> Bool
    /// What an entry sets, by the names of fields.
    static func assignments(of event: StoredEvent, to state: Self) throws(Poison) -> Members
}

extension Resource {
    package static var noun: String { kind.rawValue }
    package static var isPlace: Place.Level? { nil }
    package static var isPart: Bool { false }
    package static var isCredential: Bool { false }
    package static var facets: [Facet<Self>] { [] }
    package var searchText: [String] { [] }
    package static var hasSearchText: Bool { !Self().searchText.isEmpty }
    package var power: [String] { [] }
    package var owner: String? { nil }
    package var proof: (key: String, mac: String)? { nil }
    package func vouches(at now: Instant) -> Bool { false }
    package static func endsProofs(_ event: StoredEvent) -> Bool { false }
    package func place(chain: Place) -> Place { chain }
    package static func chain(of id: Identifier<Self>, in place: Place) -> Place { place }
    package static func assignments(of event: StoredEvent, to state: Self) throws(Poison) -> Members { event.data }
}

extension Resource {
    @inlinable
    package static func field(_ name: String) -> Field<Self>? { fields.first { $0.name == name } }

    /// The values of all fields, in the order of the table, which names each once.
    package var fieldValues: Members {
        // Compiled for the kinds that change most: rows are written by another target.
        @specialized(where Self == Partner)
        @specialized(where Self == Tenant)
        @specialized(where Self == Application)
        @specialized(where Self == User)
        @specialized(where Self == Group)
        get { Members(distinct: Self.fields.map { ($0.name, $0.get(self)) }) }
    }

    /// The sets that it is in.
    package var facetKeys: [FacetKey] {
        @specialized(where Self == Partner)
        @specialized(where Self == Tenant)
        @specialized(where Self == Application)
        @specialized(where Self == User)
        @specialized(where Self == Group)
        get {
            var keys = [FacetKey.all]
            for facet in Self.facets { if let key = facet.key(of: self) { keys.append(key) } }
            return keys
        }
    }

    package var life: Life { status == .deleted ? .deleted : .living }

    /// An entry about one of them.
    package static func event(
        _ verb: Verb,
        _ id: Identifier<Self>,
        in chain: Place,
        data: Members = [:],
        sealed: [Event.Sealed] = [],
    ) -> Event {
        Event(entry(verb), chain: chain, stream: id.text, data: data, sealed: sealed)
    }
}
