import Identity
import Testing
import Views
import Wire

/// What the views should say, the slow way: every question goes over all entries from the first.
struct Model {
    private var entries: [StoredEvent] = []
    /// The tokens that were taken back, with their ends.
    private(set) var begun: [(index: UInt64, token: String, end: Instant)] = []

    mutating func take(_ events: [StoredEvent]) {
        entries += events.filter { $0.type.isState && $0.stream != nil }
        for event in events where event.type == Token.entry(.revoked) {
            guard let token = event.stream, let end = event.data["expires_at"]?.text else { continue }
            begun.append((event.index, token, (try? Instant(canonical: end)) ?? .earliest))
        }
    }

    /// Everything as it was after an entry.
    func moment(_ index: UInt64) throws -> Moment {
        Moment(
            partners: try all(asOf: index),
            tenants: try all(asOf: index),
            applications: try all(asOf: index),
            secrets: try all(asOf: index)
        )
    }

    /// All resources of a kind after an entry, in the order of creation.
    private func all<R: Resource>(asOf index: UInt64) throws -> [Versioned<R>] {
        var order: [String] = []
        var states: [String: Versioned<R>] = [:]
        for event in entries where event.index <= index {
            guard let stream = event.stream, Identifier<R>(stream) != nil else { continue }
            if states[stream] == nil { order.append(stream) }
            states[stream] = try evolve(states[stream], by: event)
        }
        return order.compactMap { states[$0] }
    }

    /// All resources of one moment, and where they stand: that is read off their fields alone.
    struct Moment {
        let partners: [Versioned<Partner>]
        let tenants: [Versioned<Tenant>]
        let applications: [Versioned<Application>]
        let secrets: [Versioned<Secret>]
        /// All places that are there or were deleted.
        private(set) var statuses: [Place: Status] = [.platform: .active]
        private var partnerPlaces: [Place: Place] = [:]
        private var applicationPlaces: [ApplicationID: Place] = [:]

        init(
            partners: [Versioned<Partner>],
            tenants: [Versioned<Tenant>],
            applications: [Versioned<Application>],
            secrets: [Versioned<Secret>],
        ) {
            (self.partners, self.tenants, self.applications, self.secrets) = (partners, tenants, applications, secrets)
            for partner in partners { statuses[.partner(partner.id)] = partner.state.status }
            for tenant in tenants {
                statuses[.tenant(tenant.id)] = tenant.state.status
                partnerPlaces[.tenant(tenant.id)] = place(tenant.state)
            }
            for application in applications { applicationPlaces[application.id] = place(application.state) }
        }

        func place(_ partner: Partner) -> Place { .platform }

        func place(_ tenant: Tenant) -> Place { tenant.partnerID.map { .partner($0) } ?? .platform }

        func place(_ application: Application) -> Place {
            switch application.level {
            case .global: .platform
            case .partner: application.partnerID.map { .partner($0) } ?? .platform
            case .tenant: application.tenantID.map { .tenant($0) } ?? .platform
            }
        }

        func place(_ secret: Secret) -> Place {
            secret.applicationID.flatMap { applicationPlaces[$0] } ?? .platform
        }

        /// A place and those above it, the platform last.
        private func path(of place: Place) -> [Place] {
            switch place {
            case .platform: [place]
            case .partner: [place, .platform]
            case .tenant: [place] + (partnerPlaces[place].map { [$0] } ?? []) + [.platform]
            }
        }

        func lives(_ place: Place) -> Bool {
            path(of: place).allSatisfy { statuses[$0].map { $0 != .deleted } ?? false }
        }

        func isActive(_ place: Place) -> Bool { path(of: place).allSatisfy { statuses[$0] == .active } }

        /// Whether a place is the other, or stands somewhere below it.
        func isBelow(_ place: Place, _ root: Place) -> Bool { path(of: place).contains(root) }
    }
}

extension FoldedEntry {
    /// The entry as a resource's fold sees it.
    var stored: StoredEvent {
        get throws {
            StoredEvent(
                index: index,
                type: type,
                recordedAt: recordedAt,
                chain: try #require(Place(chain)),
                actorHome: actorHome.flatMap { Place($0) },
                stream: stream,
                version: version,
                data: data,
                sealedFields: sealed.map(\.fields)
            )
        }
    }
}
