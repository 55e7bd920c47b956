/// The tables of `views/data.mdb`, and the bytes of their rows.
///
/// Numbers are big-endian; `~n` is the complement of n, so that the newest comes first; texts are UTF-8 and end with a
/// zero byte where something follows them. Behind every value stand the 8 bytes of its seal (``RowSeal``).
package enum ViewTable: Int, Sendable, CaseIterable {
    /// identifier → state row: the resource as it is, a deleted one included.
    case current
    /// identifier 0 ~index[8] → state row: the resource as it was from that entry on.
    case versions
    /// noun 0 membership 0 created index[8] → ``MembershipRow``: when the resource was in the set.
    case memberships
    /// noun 0 membership → n[8]: how many are in the set.
    case counts
    /// noun 0 membership 0 ~index[8] → n[8]: how many were in the set from that entry on.
    case countVersions
    /// noun 0 slug → identifier: who has or ever had it; never removed.
    case slugs
    /// key 0 keyed hash → identifier of the secret; removed when the secret is retired.
    case secrets
    /// identifier of a secret → microseconds[8]: when it was last used, to the minute.
    case lastUsed
    /// blind e-mail[16] identifier of the user → nothing.
    case emails
    /// blind address[16] data key → nothing: under which data keys entries from there are indexed.
    case addresses
    /// data key 0 table[1] key → nothing: the blind rows that go when the data key is destroyed.
    case erasable
    /// kind[1] text 0 block[4] → ``TermBlock``: the entries that have something in common.
    case terms
    /// actor 0 keyed hash[32] → fingerprint[32] index[8] microseconds[8]: what a client may safely repeat.
    case idempotency
    /// microseconds[8] index[8] → key of `idempotency`: in the order in which they end.
    case idempotencyTimes
    /// first 8 bytes of an entry's random identifier → index[8]: where an entry stands that is known by name.
    case entries

    /// Whether rows of it come from what is sealed, and go with its key.
    var standsForSealed: Bool {
        switch self {
        case .emails, .addresses, .erasable, .terms: true
        case .current, .versions, .memberships, .counts, .countVersions, .slugs, .secrets, .lastUsed, .idempotency,
            .idempotencyTimes, .entries:
            false
        }
    }

    package var name: String {
        switch self {
        case .current: "current"
        case .versions: "versions"
        case .memberships: "memberships"
        case .counts: "counts"
        case .countVersions: "count_versions"
        case .slugs: "slugs"
        case .secrets: "secrets"
        case .lastUsed: "last_used"
        case .emails: "emails"
        case .addresses: "addresses"
        case .erasable: "erasable"
        case .terms: "terms"
        case .idempotency: "idempotency"
        case .idempotencyTimes: "idempotency_times"
        case .entries: "entries"
        }
    }
}
