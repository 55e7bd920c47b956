import AdminAPI
import Endpoints
import Engine
import OpenID
import Storage

/// A server in a simulation, as its clients see it: a table of endpoints, and no sockets.
struct RunningServer: Sendable {
    static let base = "https://id.example.com"

    let instance: Instance
    let table: EndpointTable
    let founded: Instance.Founded
    let scheduler: Scheduler
    let book: Book
    let trace: Trace
    let disk: SimulatedDisk
    /// How many faults there had been before this life.
    let faultsBefore: Int
    /// Whether a fault is no excuse: a negative control.
    let hasNoExcuse: Bool

    init(_ instance: Instance, of simulation: Simulation) throws {
        let base = try BaseURL(Self.base)
        self.instance = instance
        founded = simulation.founded
        scheduler = simulation.scheduler
        book = simulation.book
        trace = simulation.trace
        disk = simulation.disk
        faultsBefore = simulation.faultsBefore
        hasNoExcuse = simulation.options.hasNoExcuse
        let admin = AdminEndpoints.table(instance, AdminSettings(baseURL: base, version: "simulated"))
        let (platform, tenant) = AdminEndpoints.scopes(of: admin)
        let openID = OpenIDSettings(baseURL: base, platformScopes: platform, tenantScopes: tenant)
        table = EndpointTable(OpenIDEndpoints.table(instance, openID) + admin)
    }

    /// Whether anything has gone wrong in this life: before that, nothing may be refused.
    var isTroubled: Bool {
        guard !hasNoExcuse else { return false }
        return book.use { $0.isTroubled } || disk.isWithoutPower || disk.faultsMet.count > faultsBefore
    }
}
