import Identity
import Wire

/// What a caller must be allowed to do before an endpoint looks at its request: a right in an area.
struct Permission: Sendable {
    let area: Scope.Area
    let right: Scope.Right

    static func reads(_ area: Scope.Area) -> Self { Self(area: area, right: .read) }
    static func writes(_ area: Scope.Area) -> Self { Self(area: area, right: .write) }

    /// The scopes of which one suffices, as the document names them: the platform's, and the tenant's own where it may.
    var scopes: [String] {
        let platform = right == .read ? [Scope.adminRead, Scope.adminWrite] : [Scope.adminWrite]
        let native = Scope.native(area, right)
        let tenant = Authority(reach: .tenant(Self.anyTenant), scopes: [native])
        return tenant.gate(area, right) == nil ? platform + [native] : platform
    }

    /// The gate looks at scopes alone, so any identifier does.
    private static let anyTenant = TenantID(random: [UInt8](repeating: 0, count: TenantID.randomBytes))
}
