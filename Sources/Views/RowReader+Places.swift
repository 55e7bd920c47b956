package import Identity
import Wire

/// A place of a list, and the index that nothing in it is older than.
package struct PlaceSince: Sendable, Hashable {
    package let place: Place
    let since: UInt64

    /// - Parameter since: 0 where that is not known. Tenants move between partners, so a partner may have older ones.
    package init(_ place: Place, since: UInt64 = 0) {
        self.place = place
        self.since = since
    }
}

extension RowReader {
    /// Places that one list or search of the audit goes over; with more, a caller names a tenant or a partner.
    package static var placesMax: Int { 10_000 }

    /// A place and all places below it that live at this reader's position: those of some levels.
    ///
    /// - Parameter lives: `Life.allCases` counts deleted places in, and what stands below them.
    /// - Returns: at most `placesMax`, and whether these are all.
    package func places(
        in place: Place,
        at levels: [Place.Level],
        _ lives: [Life] = [.living],
    ) throws -> (places: [PlaceSince], isWhole: Bool) {
        var found = FoundPlaces(levels: levels, lives: lives)
        if lives.contains(.deleted) ? true : try self.lives(place) { try find(place, since: 0, &found) }
        return (found.places, !found.isFull)
    }

    private func find(_ place: Place, since: UInt64, _ found: inout FoundPlaces) throws {
        found.add(place, since: since)
        switch place {
        case .platform:
            try findChildren(Partner.self, of: place, &found) { .partner($0) }
        case .partner:
            guard found.levels.contains(.tenant) else { return }
            try findChildren(Tenant.self, of: place, &found) { .tenant($0) }
        case .tenant: break
        }
    }

    private func findChildren<R: Resource>(
        _ kind: R.Type,
        of place: Place,
        _ found: inout FoundPlaces,
        _ make: (Identifier<R>) -> Place,
    ) throws {
        guard found.levels.contains(where: { $0 < place.level }) else { return }
        var children: [(Place, UInt64)] = []
        for life in found.lives {
            try walkMembers(kind, of: WalkedSet(R.noun, place, life, .all)) { member, created in
                guard let id = Identifier<R>(String(decoding: member.id, as: UTF8.self)) else {
                    throw self.damage(.facets, Array(member.id))
                }
                children.append((make(id), created))
                return children.count <= Self.placesMax
            }
        }
        for (child, created) in children where !found.isFull {
            // A partner's tenants may be older than it; what stands in a tenant never is.
            try find(child, since: child.level == .tenant ? created : 0, &found)
        }
    }
}

private struct FoundPlaces {
    let levels: [Place.Level]
    let lives: [Life]
    var places: [PlaceSince] = []
    var isFull = false

    mutating func add(_ place: Place, since: UInt64) {
        guard levels.contains(place.level) else { return }
        guard places.count < ViewSnapshot.placesMax else {
            isFull = true
            return
        }
        places.append(PlaceSince(place, since: since))
    }
}
