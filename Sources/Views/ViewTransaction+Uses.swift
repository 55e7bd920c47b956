import Identity
import Wire

extension ViewTransaction {
    /// How often a secret's last use is written down: a service that asks a thousand times a second makes one row a
    /// minute.
    private static let useSecondsMin: Int64 = 60

    /// Whoever proved a secret has used it, whatever came of the request.
    func foldUse(_ entry: FoldedEntry) throws {
        guard let credential = entry.credential else { return }
        if let latestUse, latestUse.credential == credential, isSoon(entry, after: latestUse.moment) { return }
        guard let secret = SecretID(credential) else { return }
        var last = try lastUses[secret] ?? present.lastUse(of: secret)
        if last.map({ !isSoon(entry, after: $0) }) ?? true {
            last = entry.recordedAt
            let moment = UInt64(bitPattern: entry.recordedAt.microseconds)
            put(.lastUsed, ViewKey.identifier(secret.text), BigEndian.bytes(moment))
        }
        lastUses[secret] = last
        latestUse = last.map { (credential, $0) }
    }

    private func isSoon(_ entry: FoldedEntry, after use: Instant) -> Bool {
        entry.recordedAt < use.adding(seconds: Self.useSecondsMin)
    }
}
