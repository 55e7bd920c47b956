package import Wire

/// An activity with an end, as the newest entry that begins it tells it.
package struct Lasting<A: ActivityWithEnd>: Sendable {
    package let id: Identifier<A>
    /// Where its entries count.
    package let chain: Place
    /// Where its newest entry stands.
    package let index: UInt64
    package let end: Instant
    package let state: A

    package init(id: Identifier<A>, chain: Place, index: UInt64, end: Instant, state: A) {
        (self.id, self.chain, self.index, self.end, self.state) = (id, chain, index, end, state)
    }

    /// What an entry begins.
    ///
    /// - Throws: `Poison` for one that names no such activity or no end, or gives a field a value of another kind.
    package init(begunBy event: StoredEvent) throws(Poison) {
        guard let id = event.stream.flatMap({ Identifier<A>($0) }) else { throw event.poison("it names no \(A.noun)") }
        var state = A()
        for (name, value) in event.data.entries {
            guard let field = A.fields.first(where: { $0.name == name }), field.set(&state, value) else {
                throw event.poison("\(name) is no field of \(A.noun), or not of its kind")
            }
        }
        guard let end = state.end else { throw event.poison("it has no end") }
        self.init(id: id, chain: event.chain, index: event.index, end: end, state: state)
    }

    /// The entry that says it again, for when its newest one is removed.
    package var restated: Event {
        let empty = A()
        let data = A.fields.map { ($0.name, $0.get(state), $0.get(empty)) }.filter { $1 != $2 }
        return Event(A.entry(A.begins), chain: chain, stream: id.text, data: Members(data.map { ($0.0, $0.1) }))
    }
}
