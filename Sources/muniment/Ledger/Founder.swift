import Engine
import EventLog
import Identity
import OpenSSL
import Wire

/// Founds a ledger as it is configured: what `init` does, and `serve --dev` where there is none yet.
struct Founder {
    static let baseURLDefault = "http://localhost:8080"

    private let location: DataLocation
    private let settings: Settings
    private let baseURL: BaseURL
    private let email: String
    private let algorithm: SigningAlgorithm

    init(_ settings: Settings) throws {
        location = try DataLocation(settings)
        self.settings = settings
        baseURL = try settings.baseURL() ?? BaseURL(Self.baseURLDefault)
        email = try settings.text(.adminEmail) ?? "admin@\(baseURL.host)"
        guard case .success = FieldKind.email.check(.string(email), at: ["admin_email"]) else {
            throw CommandFailure.usage("'\(email)' is no e-mail address; give --admin-email")
        }
        algorithm = try settings.choice(.tokenAlgorithm) ?? .RS256
    }

    func found() throws -> FoundedLedger {
        let key = try KeySource.read(settings)
        try location.make()
        let founded = try Instance.create(
            location.directory,
            kek: key,
            Instance.Founding(
                baseURL: baseURL.description,
                administratorEmail: email,
                algorithm: algorithm,
                software: Muniment.software
            )
        )
        if key == nil, let path = location.directory.path("keys/\(KeyEncryptionKey.fileName)") {
            Output.message(
                "The key-encryption key is in \(path). Move it to where no backup of this directory reaches it, and name"
                    + " the place with --key-file, MUNIMENT_KEY or --key-command: without it nothing sealed opens again."
            )
        }
        return FoundedLedger(founded: founded, email: email)
    }
}

extension BaseURL {
    /// The authority without its port, for addresses that are made of it.
    fileprivate var host: String {
        guard !authority.hasPrefix("["), let colon = authority.lastIndex(of: ":") else { return authority }
        return String(authority[..<colon])
    }
}
