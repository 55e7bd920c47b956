/// Something that can be configured: one row of the table that help, `--print-config` and the manual are made from.
///
/// Its name is the option's (`--base-url`), the environment variable's (`MUNIMENT_BASE_URL`) and the key in the
/// configuration file (`"base-url"`).
struct Setting: Sendable, Hashable {
    enum Kind: Sendable {
        case text
        /// On or off.
        case flag
        /// May be given several times; in the environment, values are apart by commas.
        case list
    }

    let name: String
    let kind: Kind
    /// What stands for the value in a usage line.
    let placeholder: String
    let summary: String
    /// The value when nobody gives one, as text.
    let fallback: String?
    /// Taken from the environment alone, where it is not seen by other users, and never printed.
    let isSecret: Bool

    init(
        _ name: String,
        _ placeholder: String,
        _ summary: String,
        kind: Kind = .text,
        fallback: String? = nil,
        isSecret: Bool = false,
    ) {
        self.name = name
        self.kind = kind
        self.placeholder = placeholder
        self.summary = summary
        self.fallback = fallback
        self.isSecret = isSecret
    }

    static func flag(_ name: String, _ summary: String) -> Self {
        Self(name, "", summary, kind: .flag, fallback: "false")
    }

    var environmentName: String {
        "MUNIMENT_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
    }

    /// What a value must be, in words for whoever wrote another.
    var expected: String {
        switch kind {
        case .text: "a text"
        case .flag: "true or false"
        case .list: "a text, or a list of texts"
        }
    }

    static func == (left: Self, right: Self) -> Bool { left.name == right.name }
    func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
