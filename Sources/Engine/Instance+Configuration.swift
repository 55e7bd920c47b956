import EventLog
import Identity
import Storage
import Views
import Wire

extension Instance {
    /// Where clients reach the server, as the ledger's own last entry about it says.
    package var storedBaseURL: BaseURL {
        get throws {
            guard let index = try read({ try $0.latest(ConfigurationSubject.entry(.changed), saying: "base_url") }),
                let text = try entry(at: index)?.data["base_url"]?.text
            else { throw LedgerFault.format("the ledger has no base URL") }
            return try BaseURL(text)
        }
    }
}
