import Configuration

/// What is configured for this run: each setting's value, and where it comes from.
///
/// Options go before the environment, the environment before the file, the file before defaults. What the ledger itself
/// remembers (its base URL, its anchor's place) is asked for only where none of these says anything.
struct Settings {
    /// A value and where it was found.
    struct Found {
        let values: [String]
        let source: String
    }

    private struct Layer {
        /// How the origin of a value is told: `--listen`, `MUNIMENT_LISTEN`, the file's path.
        let source: (Setting) -> String
        let provider: any ConfigProvider
        var holdsSecrets = false
    }

    private var layers: [Layer]

    /// Each parameter has what stands on the command line, of one kind of setting.
    init(
        _ groups: [Setting: String?]...,
        flags: [Setting: Bool] = [:],
        lists: [Setting: [String]] = [:],
    ) throws {
        var options = lists.filter { !$0.value.isEmpty }
        for (setting, text) in groups.joined() { options[setting] = text.map { [$0] } }
        for (setting, isSet) in flags where isSet { options[setting] = ["true"] }
        layers = [
            Layer(source: { "--\($0.name)" }, provider: Self.provider(options)),
            Layer(
                source: \.environmentName,
                provider: EnvironmentVariablesProvider().prefixKeys(with: "muniment"),
                holdsSecrets: true
            ),
        ]
        if let path = try text(.config) {
            layers.append(Layer(source: { _ in path }, provider: try ConfigurationFile.provider(path)))
        }
    }

    /// Values that a command takes by itself before the table's own defaults.
    mutating func addDefaults(from source: String, _ values: [Setting: String]) {
        layers.append(Layer(source: { _ in source }, provider: Self.provider(values.mapValues { [$0] })))
    }

    /// - Throws: `CommandFailure` when a value is of a wrong kind.
    func find(_ setting: Setting) throws -> Found? {
        for layer in layers where layer.holdsSecrets || !setting.isSecret {
            if let values = try Self.values(of: setting, in: layer), !values.allSatisfy(\.isEmpty) {
                return Found(values: values, source: layer.source(setting))
            }
        }
        return setting.fallback.map { Found(values: [$0], source: "default") }
    }

    private static func values(of setting: Setting, in layer: Layer) throws -> [String]? {
        let type: ConfigType =
            switch setting.kind {
            case .text: .string
            case .flag: .bool
            case .list: .stringArray
            }
        do {
            let found = try layer.provider.value(forKey: AbsoluteConfigKey([setting.name]), type: type).value
            return try found.map { try texts($0.content) }
        } catch {
            throw CommandFailure.usage("\(layer.source(setting)): \"\(setting.name)\" must be \(setting.expected)")
        }
    }

    private static func texts(_ content: ConfigContent) throws -> [String] {
        switch content {
        case .string(let text): return [text]
        case .bool(let flag): return [flag ? "true" : "false"]
        case .stringArray(let list): return list.map { $0.trimmed }
        case .int(let number): return [String(number)]
        case .double, .bytes, .intArray, .doubleArray, .boolArray, .byteChunkArray:
            throw CommandFailure.usage("no setting has values of this kind")
        }
    }

    static func provider(_ values: [Setting: [String]]) -> InMemoryProvider {
        var contents: [AbsoluteConfigKey: ConfigValue] = [:]
        for (setting, texts) in values {
            let content: ConfigContent =
                switch setting.kind {
                case .text: .string(texts.first ?? "")
                case .flag: .bool(texts == ["true"])
                case .list: .stringArray(texts)
                }
            contents[AbsoluteConfigKey([setting.name])] = ConfigValue(content, isSecret: setting.isSecret)
        }
        return InMemoryProvider(values: contents)
    }
}

extension String {
    /// Without white space around it, as files and lists have it.
    var trimmed: String {
        let start = drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}
