import Engine

/// A ledger that no server runs on, opened for one command that writes to it.
struct StoppedLedger {
    private let location: DataLocation
    private let key: KeyEncryptionKey?
    private let acceptsClock: Bool
    private let clearsAlteration: Bool
    private let guide: ForkGuide

    init(_ settings: Settings, acceptsClock: Bool = false, clearsAlteration: Bool = false) throws {
        location = try DataLocation(settings)
        key = try KeySource.read(settings)
        self.acceptsClock = acceptsClock
        self.clearsAlteration = clearsAlteration
        guide = try ForkGuide(settings)
    }

    /// Opens, lets `body` write, and closes in order: what was written is signed for when this returns.
    func use<R>(_ body: (Instance) async throws -> R) async throws -> R {
        let options = Instance.Options(
            software: Muniment.software,
            acceptsClock: acceptsClock,
            clearsAlteration: clearsAlteration,
            log: { Output.message($0) },
            onStop: { Output.message("stopped: \($0)") }
        )
        let instance = try await guide.lead { try await Instance.open(location.found(), kek: key, options: options) }
        do {
            let result = try await body(instance)
            try await instance.close()
            return result
        } catch {
            try? await instance.close()
            throw error
        }
    }
}
