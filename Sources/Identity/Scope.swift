/// What a token may do: a word in a token's `scope`, and the rules for those that open our own API.
package enum Scope {
    package static let adminRead = "admin:read"
    package static let adminWrite = "admin:write"

    package enum Right: String, Sendable, CaseIterable { case read, write }

    /// A part of the admin API, by the first word of its scopes; each has `:read` and `:write`, and write implies read.
    package struct Area: Sendable, Hashable {
        package let word: String

        package init(_ word: String) { self.word = word }

        package func scope(_ right: Right) -> String { word + ":" + right.rawValue }

        /// Read-only: the ledger is written by what happens, never by a request for it.
        package static let audit = Area("audit")

        /// Tenants by another name.
        package static let clusters = Area("clusters")
    }

    /// Areas of what is not built yet: nobody may hand out today what will open something tomorrow.
    ///
    /// Any later area is spelled `muniment:…`.
    private static let comingAreas = [
        "organizational-units", "identity-providers", "sessions", "webhooks", "roles",
    ].map(Area.init)

    /// Scopes that open something of ours and belong to no area.
    private static let others: Set<String> = [adminRead, adminWrite, "tenants:credentials:read", "metrics:read"]

    private static let managed: Set<String> = {
        let areas = Set(Kind.allCases.compactMap { try? $0.accept(AreaOf()) } + comingAreas)
        let rights = areas.flatMap { area in Right.allCases.map(area.scope) }
        return others.union(rights).union([Area.audit.scope(.read)])
    }()

    /// Every right in a place and below it, but those over the place itself.
    package static let managedBelowPlatform: [String] = {
        let areas = Set(Kind.allCases.compactMap { try? $0.accept(AreaOf()) } + comingAreas)
        let above: Set = [Partner.area, Tenant.area, SigningKey.area]
        return areas.subtracting(above).map { $0.scope(.write) }.sorted() + [
            Tenant.area.scope(.read), Area.audit.scope(.read),
        ]
    }()

    private struct AreaOf: KindVisitor {
        func visit<R: Resource>(_ kind: R.Type) -> Area { R.area }
    }

    /// Whether a scope opens something of ours, so that granting it needs holding it: an actor never hands on more than
    /// it has.
    ///
    /// What a deployment opens with a scope of its own choice is asked of ``Facts/ownScopes``.
    package static func isManagement(_ scope: String) -> Bool {
        if scope.hasPrefix("muniment:") || scope.hasPrefix("clusters:") { return true }
        return managed.contains { $0.utf8.elementsEqual(scope.utf8) }
    }

    /// Scopes that open tenants as the clusters of a workspace, where API keys have them.
    private static let ofClusters: Set<String> = [
        Area.clusters.scope(.read), Area.clusters.scope(.write), "clusters:credentials:read",
    ]

    /// Whether an API key can carry a scope: it opens something by this name.
    package static func isKnown(_ scope: String) -> Bool {
        managed.union(ofClusters).contains { $0.utf8.elementsEqual(scope.utf8) }
    }

    /// Whether a granted set of scopes holds one, write implying read.
    package static func holds(_ granted: [String], _ wanted: String) -> Bool {
        if granted.contains(where: { $0.utf8.elementsEqual(wanted.utf8) }) { return true }
        // `tenants:credentials:read` is a right of its own, which no other scope stands for.
        guard wanted.hasSuffix(":read"), wanted.utf8.count(where: { $0 == UInt8(ascii: ":") }) == 1 else {
            return false
        }
        let write = wanted.dropLast(4) + "write"
        return granted.contains { $0.utf8.elementsEqual(write.utf8) }
    }

    /// RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ).
    package static func check(_ scope: String) -> String? {
        guard (1...FieldKind.scopeCharactersMax).contains(scope.utf8.count) else {
            return "A scope has 1 to \(FieldKind.scopeCharactersMax) characters"
        }
        let allowed = scope.utf8.allSatisfy { $0 == 0x21 || (0x23...0x5B).contains($0) || (0x5D...0x7E).contains($0) }
        return allowed ? nil : "A scope has visible ASCII characters only, without quotation mark and backslash"
    }
}
