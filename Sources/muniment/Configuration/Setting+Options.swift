import ArgumentParser

// Options as the parser knows them, their names and help taken from the table.

extension Option where Value == String? {
    init(_ setting: Setting) {
        self.init(
            name: .customLong(setting.name), help: ArgumentHelp(stringLiteral: setting.help).named(setting.placeholder))
    }
}

extension Option where Value == [String] {
    init(_ setting: Setting) {
        self.init(
            name: .customLong(setting.name), parsing: .singleValue,
            help: ArgumentHelp(stringLiteral: setting.help).named(setting.placeholder))
    }
}

extension Flag where Value == Bool {
    init(wrappedValue: Bool, _ setting: Setting) {
        self.init(
            wrappedValue: wrappedValue, name: .customLong(setting.name), help: ArgumentHelp(stringLiteral: setting.help))
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

/// A group of options that says which settings were given on the command line.
protocol GivenOptions: ParsableArguments {
    var given: [Setting: [String]] { get }
}

extension GivenOptions {
    /// The settings that have a value; a flag counts when it is set.
    static func collect(
        texts: [(Setting, String?)] = [], flags: [(Setting, Bool)] = [], lists: [(Setting, [String])] = [],
    ) -> [Setting: [String]] {
        var given: [Setting: [String]] = [:]
        for (setting, text) in texts { given[setting] = text.map { [$0] } }
        for (setting, flag) in flags where flag { given[setting] = ["true"] }
        for (setting, list) in lists where !list.isEmpty { given[setting] = list }
        return given
    }
}
