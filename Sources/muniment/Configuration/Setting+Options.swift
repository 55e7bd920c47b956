import ArgumentParser

// Options as the parser knows them, their names and help taken from the table.

extension Option where Value == String? {
    init(_ setting: Setting) {
        self.init(
            name: .customLong(setting.name),
            help: ArgumentHelp(stringLiteral: setting.help).named(setting.placeholder)
        )
    }
}

extension Option where Value == [String] {
    init(wrappedValue: [String], _ setting: Setting) {
        self.init(
            wrappedValue: wrappedValue,
            name: .customLong(setting.name),
            parsing: .singleValue,
            help: ArgumentHelp(stringLiteral: setting.help).named(setting.placeholder)
        )
    }
}

extension Flag where Value == Bool {
    init(wrappedValue: Bool, _ setting: Setting) {
        self.init(
            wrappedValue: wrappedValue,
            name: .customLong(setting.name),
            help: ArgumentHelp(stringLiteral: setting.help)
        )
    }
}

extension ArgumentHelp {
    fileprivate func named(_ placeholder: String) -> Self {
        var help = self
        help.valueName = placeholder
        return help
    }
}

extension Setting {
    fileprivate var help: String {
        guard let fallback, kind != .flag else { return summary }
        return "\(summary) (default: \(fallback))"
    }
}
