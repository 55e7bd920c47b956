package import Endpoints
package import Engine
import Identity
import Wire

/// The endpoints of the admin API, and the document that describes a whole table.
package enum AdminEndpoints {
    /// Every endpoint of the admin API and of the server's own state, but for the document that describes them all.
    package static func table(_ instance: Instance, _ settings: AdminSettings) -> [Endpoint] {
        let admin = Admin(instance: instance, settings: settings)
        let managed = Kind.allCases.flatMap { (try? $0.accept(ManagedKinds(admin: admin))) ?? [] }
        let edges = RelationKind.allCases.flatMap { (try? $0.accept(EveryRelation(admin: admin))) ?? [] }
        return managed + edges + SigningKeyEndpoints(admin).all + RestoreEndpoints(admin: admin).all
            + AuditEndpoints(admin).all + DiffEndpoints(admin).all + AccessEndpoints(admin).all
            + OrganizationClientEndpoints(admin).all + APIKeyEndpoints(admin).all
            + [LeakEndpoint(admin: admin).endpoint] + ClusterEndpoints(admin).all + SystemEndpoints(admin).all
    }

    /// The scopes that open any of these endpoints, to tokens of the platform and to those of a tenant, as an issuer's
    /// metadata tell.
    package static func scopes(of endpoints: [Endpoint]) -> (platform: [String], tenant: [String]) {
        var all: [String] = []
        for case .bearer(let scopes) in endpoints.map(\.access) {
            for scope in scopes where !all.contains(scope) { all.append(scope) }
        }
        let isOfPlatform = { (scope: String) in scope == Scope.adminRead || scope == Scope.adminWrite }
        return (all.filter(isOfPlatform), all.filter { !isOfPlatform($0) })
    }

    /// The endpoint that serves the OpenAPI document of the whole table, itself included.
    ///
    /// - Parameter schemas: the components that endpoints of other targets name.
    package static func document(
        of endpoints: [Endpoint],
        schemas: [(name: String, schema: Schema)] = [],
        settings: AdminSettings,
    ) -> Endpoint {
        var document = OpenAPIDocument(
            title: "Muniment",
            version: settings.version,
            summary: "An identity server whose database is its audit log.",
            serverURL: settings.baseURL.description,
            endpoints: [],
            schemas: AdminSchemas.all + schemas
        )
        let served = { (bytes: [UInt8]) in
            Endpoint(
                .get,
                "/openapi.json",
                name: "openapi.read",
                access: .open,
                "Read this document",
                replies: [Endpoint.Reply(200, "OpenAPI 3.1", .anyObject)],
            ) { _, _ in .json(200, bytes) }
        }
        document.endpoints = endpoints + [served([])]
        return served(document.json.compact).asPublicDocument()
    }
}
