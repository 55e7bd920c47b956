/// Whether a resource is suspended, as far as its clients can know.
struct Suspension: Sendable {
    /// What it may be: one of both, or either while a change has no outcome.
    private(set) var maybe: Set<Bool> = [false]
    /// How many changes were ever asked for.
    private(set) var changes = 0
    private var onTheirWay = 0
    /// Whether changes were on their way together: then nobody knows which of them came last.
    private var hasOverlapped = false

    mutating func expect(_ isSuspended: Bool) {
        maybe.insert(isSuspended)
        changes += 1
        if onTheirWay > 0 { hasOverlapped = true }
        onTheirWay += 1
    }

    /// A change was answered; one without an answer stays on its way until somebody looks.
    mutating func finish(_ isSuspended: Bool, isDone: Bool) {
        onTheirWay = max(0, onTheirWay - 1)
        guard onTheirWay == 0 else { return }
        if isDone, !hasOverlapped { maybe = [isSuspended] }
        hasOverlapped = false
    }

    /// Somebody has looked, with nothing on its way.
    mutating func see(_ isSuspended: Bool) { (maybe, onTheirWay, hasOverlapped) = ([isSuspended], 0, false) }
}

/// Whether a resource or what it belongs to is suspended, and what tells that nobody has changed it meanwhile.
struct Standing: Equatable {
    /// `nil` where that is not known.
    let isSuspended: Bool?
    let changes: Int
}

extension Book.State {
    func standing(of id: String) -> Standing {
        var (suspensions, next): ([Suspension], String?) = ([], id)
        while let known = next.flatMap({ resources[$0] }) {
            suspensions.append(known.suspension)
            next = known.parent
        }
        let changes = suspensions.reduce(0) { $0 + $1.changes }
        if suspensions.contains(where: { $0.maybe == [true] }) { return Standing(isSuspended: true, changes: changes) }
        let isKnown = suspensions.allSatisfy { $0.maybe == [false] }
        return Standing(isSuspended: isKnown ? false : nil, changes: changes)
    }
}
