import EventLog
import Identity
import Storage
import Views
import Wire

extension Instance {
    /// Where clients reach the server, as the ledger's own last entry about it says.
    package var storedBaseURL: BaseURL {
        get throws {
            var query = AuditQuery()
            query.types = [ConfigurationSubject.entry(.changed)]
            query.perPage = 100
            while true {
                let page = try read { try $0.audit(query) }
                for index in page.indexes {
                    guard let bytes = try tables.environment.read({ try tables.entry(index, $0) }),
                        let text = try Entry(decoding: bytes).data["base_url"]?.text
                    else { continue }
                    return try BaseURL(text)
                }
                // Every ledger is founded with a base URL, so pages end at the first entries at the latest.
                guard !page.indexes.isEmpty else { throw LedgerFault.format("the ledger has no base URL") }
                query.page += 1
            }
        }
    }
}
