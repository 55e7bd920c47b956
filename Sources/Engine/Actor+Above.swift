package import EventLog
package import Identity

extension Actor {
    /// The home of a person who acts from above a chain: of the platform in a partner's or tenant's, of a partner in a
    /// tenant's; nil of everybody else.
    ///
    /// Who that was is no affair of those below: the entry seals it, and the audit names such a person to those alone
    /// who reach the home. What programs do stands in clear everywhere.
    package func homeAbove(_ chain: Place) -> Place? {
        guard kind.isKnownPerson, let home = home.flatMap({ Place($0) }), home.level > chain.level else { return nil }
        return home
    }
}
