import Endpoints
import Engine
import OpenID
import Web

/// Every endpoint of the server over one instance, and the measurements they share.
struct Composition {
    let table: EndpointTable
    let metrics: PrometheusMetrics

    init(_ instance: Instance, baseURL: BaseURL, metricsScope: String?) {
        let openID = OpenIDEndpoints.table(instance, OpenIDSettings(baseURL: baseURL))
        let guarding = MetricsEndpoint.Gate(instance: instance, baseURL: baseURL, scope: metricsScope)
        let others = openID
        // The measurements are labelled with every endpoint's name, their own among them; so it is named first.
        let named = EndpointTable(others + [MetricsEndpoint(gate: guarding, text: { [] }).endpoint])
        let metrics = PrometheusMetrics(RequestMetrics.families(named) + InstanceMetrics.families)
        let gauges = InstanceMetrics(instance, metrics)
        self.metrics = metrics
        table = EndpointTable(
            others + [
                MetricsEndpoint(
                    gate: guarding,
                    text: {
                        gauges.update()
                        return metrics.text
                    }
                ).endpoint
            ])
    }
}
