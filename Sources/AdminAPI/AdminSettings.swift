package import Engine

/// What the admin API must know of its deployment.
package struct AdminSettings: Sendable {
    /// Where clients reach the server, and whom tokens name as their issuer: configured, never read off a request.
    package var baseURL: BaseURL
    /// The product's version, as the OpenAPI document names it.
    package var version: String
    /// Whether each write must say why, in `Muniment-Reason` (decision 26 of the contract).
    package var requiresReason: Bool
    /// How old the newest backup may be before health warns; `nil` where nobody asked.
    package var backupAgeHoursMax: Int64?
    /// What else health warns of: sentences about what only the deployment knows.
    package var moreWarnings: @Sendable () -> [String] = { [] }

    package init(baseURL: BaseURL, version: String, requiresReason: Bool = false, backupAgeHoursMax: Int64? = nil) {
        self.baseURL = baseURL
        self.version = version
        self.requiresReason = requiresReason
        self.backupAgeHoursMax = backupAgeHoursMax
    }
}
