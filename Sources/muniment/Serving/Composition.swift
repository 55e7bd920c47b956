import AdminAPI
import Endpoints
import Engine
import OpenID
import Web

/// Every endpoint of the server over one instance, and the measurements they share.
struct Composition {
    let table: EndpointTable
    let metrics: PrometheusMetrics

    init(
        _ instance: Instance,
        baseURL: BaseURL,
        requiresReason: Bool,
        metricsScope: String?,
        backupAgeHoursMax: Int64?,
        certificate: CertificateCondition?,
    ) {
        var settings = AdminSettings(
            baseURL: baseURL,
            version: Muniment.version,
            requiresReason: requiresReason,
            backupAgeHoursMax: backupAgeHoursMax
        )
        settings.moreWarnings = {
            certificate?.trouble.map { ["The certificate cannot be used, the one before it is served on: \($0)"] } ?? []
        }
        let gate = metricsScope.map { ScopeGate(instance, settings, scope: $0, endpoint: MetricsEndpoint.name) }
        let admin = AdminEndpoints.table(instance, settings)
        let scopes = AdminEndpoints.scopes(of: admin)
        let openID = OpenIDSettings(
            baseURL: baseURL,
            platformScopes: scopes.platform,
            tenantScopes: scopes.tenant
        )
        let others = OpenIDEndpoints.table(instance, openID) + admin
        // The measurements are labelled with every endpoint's name, their own among them; so the table is made twice.
        let named = Self.whole(others, MetricsEndpoint(gate: gate, text: { [] }), settings)
        let metrics = PrometheusMetrics(RequestMetrics.families(EndpointTable(named)) + InstanceMetrics.families)
        let gauges = InstanceMetrics(instance, metrics)
        let measuring = MetricsEndpoint(
            gate: gate,
            text: {
                gauges.update()
                return metrics.text
            }
        )
        self.metrics = metrics
        table = EndpointTable(Self.whole(others, measuring, settings))
    }

    private static func whole(
        _ others: [Endpoint],
        _ metrics: MetricsEndpoint,
        _ settings: AdminSettings,
    ) -> [Endpoint] {
        let front = ServerGuide(baseURL: settings.baseURL, metricsAreOpen: metrics.gate == nil)
        let served = [front.page.endpoint] + others + [metrics.endpoint]
        return served + [AdminEndpoints.document(of: served, settings: settings)]
    }
}
