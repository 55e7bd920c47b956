/// One way in which a disk fails an operation.
///
/// The two that catch most mistakes are opposites: reported done but gone, and reported failed but kept.
package enum Fault: Hashable, Sendable, CaseIterable {
    /// Reported done, but nothing of it (nor of what is synced on top of it) is there after a crash.
    case lost
    /// Reported done; after a crash a file holds half of it. Names and environments, which change as a whole, lose it.
    case torn
    /// Refused with an input/output error, and nothing is kept.
    case denied
    /// Refused with an input/output error, yet kept for good. An environment is unusable until opened again, and then
    /// shows the changes.
    case keptButDenied
    /// Refused for want of free space, and nothing is kept.
    case full
    /// An environment refuses the commit for want of map, and nothing is kept. For a file the same as `full`.
    case mapFull
    /// The power goes before the operation: it and everything after it is refused until `crash()` starts anew.
    case powerCut
}
