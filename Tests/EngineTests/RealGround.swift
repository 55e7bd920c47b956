import Engine
import Foundation
import Identity
import OpenSSL

/// A ledger on the file system, under a simulated clock: for what only LMDB and Linux do.
struct RealGround {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("muniment-\(UUID().uuidString)").path
    let clock: SimulatedWorld
    let directory: DataDirectory

    init(seed: UInt64) throws {
        clock = SimulatedWorld(seed: seed)
        directory = DataDirectory(path: folder)
        _ = try Instance.create(
            directory,
            kek: nil,
            world: clock.world,
            Instance.Founding(
                baseURL: Ground.baseURL,
                administratorEmail: "admin@example.com",
                algorithm: .EdDSA,
                software: "muniment test"
            )
        )
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    func open() async throws -> Instance {
        try await Instance.open(
            directory,
            world: clock.world,
            options: Instance.Options(software: "muniment test", log: { _ in }, onStop: { _ in })
        )
    }
}
