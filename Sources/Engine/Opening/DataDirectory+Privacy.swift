import EventLog
import Storage

extension DataDirectory {
    /// Finds out whether the directory, its keys, and every file of theirs are their user's alone.
    ///
    /// What is not there yet is nobody's.
    ///
    /// - Throws: `LedgerFault.keys`, naming what is to be typed.
    func requirePrivate() throws {
        guard let top = path("").map({ $0.hasSuffix("/") ? String($0.dropLast()) : $0 }) else { return }
        let files = exists("keys") ? try keys(.readOnly).list().map { "keys/\($0)" } : []
        for (name, mode) in [("", "700"), ("keys", "700")] + files.map({ ($0, "600") }) {
            let path = name.isEmpty ? top : "\(top)/\(name)"
            guard try Machine.isOpenToOthers(path) else { continue }
            throw LedgerFault.keys(
                "\(name.isEmpty ? path : name) can be read or changed by others; run: chmod \(mode) \(path)"
            )
        }
    }
}
