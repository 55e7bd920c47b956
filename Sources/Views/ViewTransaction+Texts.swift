import Folding
import Identity
import Storage
import Wire

// Rows by which a resource is found by the whole text of a field.
extension ViewTransaction {
    func foldTexts<R: Resource>(_ entry: FoldedEntry, from old: Versioned<R>?, to new: Versioned<R>) throws {
        for field in R.fields {
            guard let index = field.index else { continue }
            if let sealing = field.kind.sealing {
                let key = sealing.name(of: new.id.text)
                if let text = try entry.sealedValue(field.name)?.value.text {
                    try endRows(of: TextRow.purpose(R.noun, field.name), under: key)
                    for row in rows(of: text, field, index, new) {
                        put(.texts, row, TextRow.current, goingWith: key)
                    }
                } else if entry.data[field.name] == .null {
                    try endRows(of: TextRow.purpose(R.noun, field.name), under: key)
                }
            } else {
                let (before, after) = (old.flatMap { field.get($0.state).text }, field.get(new.state).text)
                if let before, let after, before.bytesEqual(after) { continue }
                if let old, let before {
                    for row in rows(of: before, field, index, old) { put(.texts, row, TextRow.past) }
                }
                if let after { for row in rows(of: after, field, index, new) { put(.texts, row, TextRow.current) } }
            }
        }
    }

    private func rows<R: Resource>(
        of text: String,
        _ field: Field<R>,
        _ index: TextIndex,
        _ resource: Versioned<R>,
    ) -> [[UInt8]] {
        let folded = FoldedText(text)
        let places = [resource.place] + (index.isEverywhere ? [nil] : [])
        return places.map { place in
            TextRow.key(R.noun, field.name, folded, in: place, store.blind) + Array(resource.id.text.utf8)
        }
    }

    /// What somebody was found by before is told from what they are found by now; both go with the data key.
    private func endRows(of purpose: [UInt8], under dataKey: String) throws {
        let start = ViewKey.erasable(dataKey, .texts, [])
        var rows: [[UInt8]] = []
        try scan(.erasable, prefix: start + purpose) { key, _ in
            rows.append(Array(key.copied.dropFirst(start.count)))
            return true
        }
        for row in rows { put(.texts, row, TextRow.past) }
    }
}

/// The rows of `texts`: noun.field 0 blind text[16] identifier → whether it is so now.
enum TextRow {
    static let current: [UInt8] = [1]
    static let past: [UInt8] = [0]

    static func purpose(_ noun: String, _ field: String) -> [UInt8] {
        Array(noun.utf8) + [0x2E] + Array(field.utf8) + [0]
    }

    /// What the keys of all that have a text begin with.
    ///
    /// - Parameter place: nil is everywhere.
    static func key(
        _ noun: String,
        _ field: String,
        _ text: FoldedText,
        in place: Place?,
        _ blind: BlindIndex,
    ) -> [UInt8] {
        let purpose = purpose(noun, field)
        return purpose + blind.text(purpose + Array((place?.text ?? "").utf8), text)
    }
}
