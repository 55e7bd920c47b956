import Endpoints
import Engine

/// One running instance as its admin endpoints see it.
struct Admin: Sendable {
    let instance: Instance
    let settings: AdminSettings

    /// An application's secret is made before the queue: only its hash goes through the writer.
    func newSecret() -> ClientSecret {
        ClientSecret(random: instance.world.random, macKey: instance.macKey)
    }
}
