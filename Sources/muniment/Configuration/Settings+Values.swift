import Engine
import Foundation
import Identity
import Logging
import OpenSSL
import Wire

// Settings as the values that they mean. What means nothing is wrong usage, said with its place.
extension Settings {
    func text(_ setting: Setting) throws -> String? { try find(setting)?.values.first }

    func list(_ setting: Setting) throws -> [String] { try find(setting)?.values ?? [] }

    func isOn(_ setting: Setting) throws -> Bool { try find(setting)?.values == ["true"] }

    func required(_ setting: Setting) throws -> String {
        guard let text = try text(setting) else {
            throw CommandFailure.usage(
                "--\(setting.name) \(setting.placeholder) is missing (or \(setting.environmentName), or \"\(setting.name)\""
                    + " in the configuration file)"
            )
        }
        return text
    }

    /// A path that stays the same whatever directory a later run starts in.
    func path(_ setting: Setting) throws -> String? { try text(setting).map(Self.absolute) }

    static func absolute(_ path: String) -> String {
        let absolute = URL(fileURLWithPath: path).standardizedFileURL.path
        return absolute.count > 1 && absolute.hasSuffix("/") ? String(absolute.dropLast()) : absolute
    }

    func baseURL() throws -> BaseURL? {
        guard let found = try find(.baseURL), let text = found.values.first else { return nil }
        do {
            return try BaseURL(text)
        } catch {
            throw CommandFailure.usage("\(found.source): a base URL is scheme, host and port: https://id.example.com")
        }
    }

    func requiredBaseURL() throws -> BaseURL {
        _ = try required(.baseURL)
        guard let url = try baseURL() else { throw CommandFailure.usage("--base-url is missing") }
        return url
    }

    /// One of the words that a setting may be.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ setting: Setting,
        _ type: Choice.Type = Choice.self,
    ) throws -> Choice? where Choice.RawValue == String {
        guard let found = try find(setting), let text = found.values.first else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure.usage("\(found.source): '\(text)' is none of \(words)")
        }
        return choice
    }

    func scope(_ setting: Setting) throws -> String? {
        guard let found = try find(setting), let text = found.values.first else { return nil }
        if let fault = Scope.check(text) {
            throw CommandFailure.usage("\(found.source): '\(text)' is no scope: \(fault)")
        }
        return text
    }

    func index(_ setting: Setting) throws -> UInt64? {
        guard let found = try find(setting), let text = found.values.first else { return nil }
        guard let index = UInt64(text), index < 1 << 53 else {
            throw CommandFailure.usage("\(found.source): '\(text)' is no index; entries are counted from 0")
        }
        return index
    }

    /// A point of the ledger's history: an index, or a time.
    func moment(_ setting: Setting) throws -> Moment? {
        guard let text = try text(setting) else { return nil }
        if let index = UInt64(text), index < 1 << 53 { return .index(index) }
        do throws(Malformed) {
            return .time(try Instant(rfc3339: text))
        } catch {
            throw CommandFailure.usage("'\(text)' is neither an entry's index nor a time such as 2026-11-20T10:00:00Z")
        }
    }

    /// How old the newest backup may be; `nil` where nobody asks.
    func backupAgeHoursMax() throws -> Int64? {
        guard let found = try find(.backupAge), let text = found.values.first else { return nil }
        guard let hours = Int64(text), (1...Self.hoursMax).contains(hours) else {
            throw CommandFailure.usage("\(found.source): '\(text)' is no number of hours from 1 to \(Self.hoursMax)")
        }
        return hours
    }

    /// A hundred years.
    private static let hoursMax: Int64 = 876_000

    func trustedProxies() throws -> [CIDR] {
        try list(.trustedProxy).map { text in
            guard let network = CIDR(text) else {
                throw CommandFailure.usage("--trusted-proxy: '\(text)' is no network; write 10.0.0.0/8 or 10.1.2.3/32")
            }
            return network
        }
    }

    func listenAddress() throws -> ListenAddress {
        guard let found = try find(.listen), let text = found.values.first, let address = ListenAddress(text) else {
            throw CommandFailure.usage(
                "--listen is HOST:PORT, for example 127.0.0.1:8080, [::1]:8080, or *:8080 for all"
            )
        }
        return address
    }
}

/// How a result is printed: for people, or for programs.
enum PrintFormat: String, CaseIterable { case text, json }
