import Configuration
import Foundation
import Storage
import Wire

/// The JSON file that `--config` names: one object, a member for each setting by name.
enum ConfigurationFile {
    /// Many times what all settings together need.
    static let bytesMax = 1 << 20

    /// - Throws: `CommandFailure` for whatever means nothing: a misspelt name, passed over, would leave a default
    ///   standing.
    static func provider(_ path: String) throws -> any ConfigProvider {
        var values: [Setting: [String]] = [:]
        for (name, value) in try members(path) {
            guard let setting = Setting.all.first(where: { $0.name.bytesEqual(name) }) else {
                throw CommandFailure.usage("the configuration file \(path) has an unknown setting \"\(name)\"")
            }
            guard !setting.isSecret else {
                throw CommandFailure.usage(
                    "\"\(name)\" does not belong in the configuration file; set \(setting.environmentName)"
                )
            }
            guard let texts = setting.texts(of: value) else {
                throw CommandFailure.usage("\"\(name)\" in the configuration file \(path) must be \(setting.expected)")
            }
            values[setting] = texts
        }
        return Settings.provider(values)
    }

    private static func members(_ path: String) throws -> Members {
        guard let file = try? TextFile.read(path, bytesMax: bytesMax) else {
            throw CommandFailure.usage("the configuration file \(path) cannot be read")
        }
        do throws(Malformed) {
            guard let members = try JSON.parse(file).members else {
                throw Malformed("an object is expected", at: 0)
            }
            return members
        } catch {
            throw CommandFailure.usage("the configuration file \(path) is not JSON: \(error.reason) at \(error.offset)")
        }
    }
}

extension Setting {
    /// What a value of the file says, where it says anything: a number is as good as its digits, one value as a list.
    fileprivate func texts(of value: JSON) -> [String]? {
        switch kind {
        case .text: Self.text(value).map { [$0] }
        case .flag: Self.flag(value).map { [$0 ? "true" : "false"] }
        case .list:
            if let items = value.items {
                items.allSatisfy { $0.text != nil } ? items.compactMap(\.text) : nil
            } else {
                // As in the environment, values are apart by commas.
                value.text.map { $0.split(separator: ",").map { String($0).trimmed } }
            }
        }
    }

    private static func text(_ value: JSON) -> String? { value.text ?? value.number.map { String($0) } }

    private static func flag(_ value: JSON) -> Bool? { value.flag ?? value.text.flatMap { Bool($0) } }
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

    /// Whether others than the user of this process may read it.
    static func isReadableByOthers(_ path: String) throws -> Bool { try Machine.isOpenToOthers(path) }
}
