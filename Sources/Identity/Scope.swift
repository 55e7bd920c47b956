/// What a token may do: a word in a token's `scope`, and the rules for those that open our own API.
package enum Scope {
    package static let adminRead = "admin:read"
    package static let adminWrite = "admin:write"

    /// The areas of the admin API that native scopes name; each has `:read` and `:write`, and write implies read.
    package enum Area: String, Sendable, CaseIterable {
        case partners, tenants, applications
        /// Platform matters: no tenant's token reaches them.
        case signingKeys = "signing-keys"
        /// Read-only: the ledger is written by what happens, never by a request for it.
        case audit
    }

    package enum Right: String, Sendable { case read, write }

    package static func native(_ area: Area, _ right: Right) -> String { area.rawValue + ":" + right.rawValue }

    /// Whether a granted set of scopes holds one, write implying read.
    package static func holds(_ granted: [String], _ wanted: String) -> Bool {
        if granted.contains(where: { $0.utf8.elementsEqual(wanted.utf8) }) { return true }
        guard wanted.hasSuffix(":read") else { return false }
        let write = wanted.dropLast(4) + "write"
        return granted.contains { $0.utf8.elementsEqual(write.utf8) }
    }

    /// Whether a scope opens our own API, so that granting it needs holding it (an actor never hands on more than it
    /// has).
    package static func isManagement(_ scope: String) -> Bool {
        if scope == adminRead || scope == adminWrite { return true }
        return managed.contains { $0.utf8.elementsEqual(scope.utf8) }
    }

    private static let managed: Set<String> = {
        let areas = [
            "partners", "tenants", "users", "groups", "applications", "identity-providers", "agents", "sessions",
            "webhooks", "api-keys", "organizational-units",
        ]
        return Set(areas.flatMap { [$0 + ":read", $0 + ":write"] } + ["audit:read", "tenants:credentials:read"])
    }()

    /// RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ).
    package static func check(_ scope: String) -> String? {
        guard (1...FieldKind.scopeCharactersMax).contains(scope.utf8.count) else {
            return "A scope has 1 to \(FieldKind.scopeCharactersMax) characters"
        }
        let allowed = scope.utf8.allSatisfy { $0 == 0x21 || (0x23...0x5B).contains($0) || (0x5D...0x7E).contains($0) }
        return allowed ? nil : "A scope has visible ASCII characters only, without quotation mark and backslash"
    }
}
