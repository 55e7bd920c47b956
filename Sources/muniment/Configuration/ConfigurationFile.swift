import Configuration
import Foundation
import Wire

/// The JSON file that `--config` names: one object, a member for each setting by name.
enum ConfigurationFile {
    /// Many times what all settings together need.
    static let bytesMax = 1 << 20

    static func provider(_ path: String) async throws -> any ConfigProvider {
        try check(path)
        do {
            let place = ConfigReader(provider: InMemoryProvider(values: ["filePath": ConfigValue(stringLiteral: path)]))
            return try await FileProvider<JSONSnapshot>(config: place)
        } catch {
            throw CommandFailure.usage("the configuration file \(path) cannot be read: \(error)")
        }
    }

    /// A misspelt name would be passed over in silence and its default be taken, so it is refused.
    private static func check(_ path: String) throws {
        guard let file = try? TextFile.read(path, bytesMax: bytesMax) else {
            throw CommandFailure.usage("the configuration file \(path) cannot be read")
        }
        let names: Members
        do throws(Malformed) {
            guard let members = try JSON.parse(file).members else {
                throw Malformed("an object is expected", at: 0)
            }
            names = members
        } catch {
            throw CommandFailure.usage("the configuration file \(path) is not JSON: \(error.reason) at \(error.offset)")
        }
        for (name, _) in names {
            guard let setting = Setting.all.first(where: { $0.name.bytesEqual(name) }) else {
                throw CommandFailure.usage("the configuration file \(path) has an unknown setting \"\(name)\"")
            }
            guard !setting.isSecret else {
                throw CommandFailure.usage(
                    "\"\(name)\" does not belong in the configuration file; set \(setting.environmentName)"
                )
            }
        }
    }
}

/// A small file, read whole.
enum TextFile {
    static func read(_ path: String, bytesMax: Int) throws -> [UInt8] {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        let bytes = Array(try handle.read(upToCount: bytesMax + 1) ?? Data())
        guard bytes.count <= bytesMax else { throw CommandFailure.usage("\(path) is larger than \(bytesMax) bytes") }
        return bytes
    }

    /// Whether others than the owner may read it.
    static func isReadableByOthers(_ path: String) throws -> Bool {
        let facts = try FileManager.default.attributesOfItem(atPath: path)
        return (facts[.posixPermissions] as? NSNumber).map { $0.intValue & 0o077 != 0 } ?? true
    }
}
