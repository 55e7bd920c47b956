import Engine
import Storage

extension Instance {
    /// Opens a directory in the process of the tests, which may have to wait for its lock.
    ///
    /// A program that another test is just starting holds whatever this process had open, for the moment until it runs:
    /// the lock of an instance that was closed here may be let go of a little later.
    static func openPatiently(
        _ directory: DataDirectory,
        world: World = .system,
        _ options: Options,
    ) async throws -> Instance {
        for _ in 1...100 {
            do {
                return try await open(directory, world: world, options: options)
            } catch let fault as StorageError {
                guard case .locked = fault.kind else { throw fault }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        return try await open(directory, world: world, options: options)
    }
}
