package import Identity
package import Wire

/// One thing that a plan is asked to change, and how.
package struct Wish: Sendable {
    package enum Aim: Sendable, Equatable {
        /// As if these entries of its stream had not been, the oldest first.
        case undo([UndoneEntry])
        /// As it was after an entry.
        case restore(to: UInt64, createdSince: CreatedSince)
    }

    /// An entry that is to be undone.
    package struct UndoneEntry: Sendable, Equatable {
        package let index: UInt64
        /// What it did.
        package let effect: Effect

        package init(index: UInt64, effect: Effect) { (self.index, self.effect) = (index, effect) }
    }

    /// What becomes of resources that did not exist at the moment a place is restored to.
    package enum CreatedSince: String, Sendable, CaseIterable { case keep, delete }

    package let stream: String
    package let target: StreamTarget
    package let aim: Aim

    package init(stream: String, target: StreamTarget, aim: Aim) {
        (self.stream, self.target, self.aim) = (stream, target, aim)
    }
}

/// What a plan is made of besides the state: the wishes, who has them, and what sealed values were.
package struct PlanTask {
    /// Opens a sealed segment that stands under a data key; nil where the key was destroyed.
    package typealias Opening = (_ reference: SealedReference, _ key: String) throws -> Members?

    package let wishes: [Wish]
    /// What is known to be lost before anything is planned.
    package let losses: [Loss]
    /// Fields that go back though something else has changed them since: `index/field`.
    package let force: Set<String>
    package let authority: Authority
    /// Where the caller is at home.
    package let home: Place
    package let now: Instant
    package let opening: Opening

    package init(
        wishes: [Wish],
        losses: [Loss] = [],
        force: Set<String>,
        authority: Authority,
        home: Place,
        now: Instant,
        opening: @escaping Opening,
    ) {
        self.wishes = wishes
        self.losses = losses
        self.force = force
        self.authority = authority
        self.home = home
        self.now = now
        self.opening = opening
    }
}
