import EventLog
import Storage
import Views

// Views are opened with keys of the ledger's own.
extension KeyStore {
    /// - Throws: `LedgerFault.keys` where there is no key of that name.
    func required(_ name: String) throws -> [UInt8] {
        guard let key = try key(name) else { throw LedgerFault.keys("the key \(name) is missing") }
        return key
    }

    func viewStore(_ state: Environment, _ audit: Environment? = nil) throws -> ViewStore {
        try ViewStore(
            state: state,
            audit: audit,
            tagKey: try required(KeyName.viewRows),
            blindKey: try required(KeyName.blindIndex)
        )
    }

    /// The state of a directory's views, and how far it is; `nil` where none is there or it is damaged.
    ///
    /// - Throws: whatever else kept them from being opened: that tells nothing of them, and they may be a loss's only
    ///   witness.
    func state(
        in directory: DataDirectory,
        _ log: (String) -> Void = { _ in },
    ) throws -> (store: ViewStore, applied: ViewStore.Applied?)? {
        do {
            let store = try viewStore(directory.views(.state))
            return (store, try store.applied())
        } catch let fault as ViewFault {
            if fault == .otherLayout { log("the views were made by another version and are made anew") }
            return nil
        } catch let fault as StorageError where fault.isOfWhatIsStored {
            return nil
        }
    }
}
