import Storage
import Wire

extension VerificationPass {
    /// The halves that the census met twice are looked at whole, in a second reading that hardly ever happens.
    mutating func findRepeatedIdentifiers(in tables: LedgerTables, below size: UInt64) {
        let suspects = takeCensus().suspects()
        guard !suspects.isEmpty else { return }
        var scanner = EntryScanner()
        var seen: [UInt128: UInt64] = [:]
        var position: UInt64? = 0
        do {
            while let start = position, start < size {
                let page = try tables.environment.readAtLength {
                    try LedgerPage(tables, from: start, copiesSegments: false, $0)
                }
                position = page.next
                for (offset, row) in page.rows.enumerated() {
                    guard let bytes = row.state ?? row.activity, let facts = try? scanner.scan(bytes),
                        suspects.contains(IdentifierCensus.half(facts.id))
                    else { continue }
                    let index = start + UInt64(offset)
                    if let first = seen[facts.id] {
                        report.add(index, "the entry has the id of entry \(first)")
                    } else if seen.count < IdentifierCensus.suspectsMax {
                        seen[facts.id] = index
                    }
                }
            }
        } catch {
            report.add(nil, "the ledger cannot be read again", for: error)
        }
    }
}
