import Endpoints
import Engine
import Identity
import Wire

/// A filter of lists by where things stand: `tenant_id`, `partner_id`.
struct PlaceFilter: Sendable {
    let name: String
    let parameter: Endpoint.Parameter
    private let prefix: String

    private init(_ name: String, _ prefix: String, _ summary: String) {
        self.name = name
        self.prefix = prefix
        parameter = Endpoint.Parameter(name, in: .query, summary, identifierSchema(prefix))
    }

    /// Those that make sense for a kind, the lowest place first.
    static func of<R: Resource>(_ kind: R.Type) -> [PlaceFilter] {
        let tenant = R.standsIn.contains(.tenant) ? [tenant] : []
        return tenant + (R.standsIn == [.platform] ? [] : [partner])
    }

    private static let tenant = PlaceFilter("tenant_id", Tenant.prefix, "Those of one tenant")
    private static let partner = PlaceFilter("partner_id", Partner.prefix, "Those of one partner and of its tenants")

    func place(in query: Query) throws(Refusal) -> Place? {
        guard let value = query.text(name) else { return nil }
        guard let place = Place(value), value.hasPrefix(prefix + "_") else {
            let message = "Input should be an identifier that starts with '\(prefix)_'"
            throw .rejected(.invalid([Query.issue(name, message, "string_pattern_mismatch")]))
        }
        return place
    }
}
