/// What `serve --print-config` prints: a line for each setting with its value and where that comes from.
enum PrintedConfiguration {
    static func lines(_ settings: Settings) throws -> [String] {
        let rows = try Setting.served.map { setting -> (String, String, String) in
            guard let found = try settings.find(setting) else { return (setting.name, "-", unset(setting)) }
            // A secret may be set, never shown; not even its length is.
            return (setting.name, setting.isSecret ? "(hidden)" : found.values.joined(separator: ","), found.source)
        }
        let (first, second) = (rows.map(\.0.count).max() ?? 0, rows.map(\.1.count).max() ?? 0)
        return rows.map { "\(padded($0.0, first))  \(padded($0.1, second))  \($0.2)" }
    }

    /// What holds when nobody says anything.
    private static func unset(_ setting: Setting) -> String {
        switch setting {
        case .baseURL, .anchor: "what init stored"
        case .keyFile, .keyCommand, .key: "not set; DIR/keys/kek"
        case .metricsScope: "not set; /metrics is open"
        case .tokenAlgorithm: "not set; as the present key"
        case _: "not set"
        }
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
