import Engine
import EventLog
import Storage
import Wire

/// The ledger of `serve --dev`: made where there is none yet, its secrets kept beside it for the next start.
///
/// What a real ledger shows once and never again stays in `init.json` here, readable by the owner alone.
struct DevelopmentLedger {
    static let fileName = "init.json"

    /// Whoever chooses another port finds the server, its issuer and its links there.
    static func defaults(_ address: ListenAddress) -> [Setting: String] {
        [.data: "./muniment-data", .baseURL: "http://localhost:\(address.port)"]
    }

    private let settings: Settings

    init(_ settings: Settings) { self.settings = settings }

    /// Founds the ledger if there is none, and prints how to use it: `eval` takes the lines as they are.
    func prepare() throws {
        let location = try DataLocation(settings)
        try location.make()
        let folder = try SmallFiles(path: location.path)
        if try folder.read(LedgerFormat.fileName) == nil {
            let founded = try Founder(settings).found()
            try folder.write(Self.fileName, founded.json.compact + [0x0A], mode: 0o600)
        }
        guard let file = try folder.read(Self.fileName),
            let service = try? JSON.parse(Array(file.prefix { $0 != 0x0A }))["service"],
            let id = service["client_id"]?.text, let secret = service["client_secret"]?.text
        else {
            Output.message("There is no \(Self.fileName) in \(location.path): this ledger was not made by serve --dev.")
            return
        }
        Output.line("export MUNIMENT_BASE_URL=\(try settings.requiredBaseURL())", whenUnread: .goesOn)
        Output.line("export MUNIMENT_CLIENT_ID=\(id)", whenUnread: .goesOn)
        Output.line("export MUNIMENT_CLIENT_SECRET=\(secret)", whenUnread: .goesOn)
    }
}
