/// The two ways to write a value.
extension JSON {
    /// The bytes RFC 8785 prescribes: no space, members sorted by UTF-16 code units, the shortest escapes.
    ///
    /// This is the form that is hashed. The value must hold no ``decimal(_:)``, whose canonical form would depend on
    /// the printing of floating-point numbers.
    package var canonical: [UInt8] {
        var writer = JSONWriter()
        writer.json(self, as: .canonical)
        return writer.bytes
    }

    /// No fewer bytes than the canonical form has, known without writing it: each byte of a text may become six.
    package var canonicalBytesMax: Int {
        switch self {
        case .null, .bool: 5
        case .integer: 17
        case .string(let text), .decimal(let text): 6 * text.utf8.count + 2
        case .array(let items): items.reduce(2) { $0 + $1.canonicalBytesMax + 1 }
        case .object(let members):
            members.entries.reduce(2) { $0 + 6 * $1.name.utf8.count + $1.value.canonicalBytesMax + 4 }
        }
    }

    /// The value without spaces, its members in their order and its decimals as they were written.
    package var compact: [UInt8] {
        var writer = JSONWriter()
        writer.json(self, as: .foreign)
        return writer.bytes
    }

    /// Reads one JSON value from bytes that hold nothing else.
    package static func parse(_ bytes: [UInt8], as dialect: Dialect = .foreign) throws(Malformed) -> JSON {
        var parser = JSONParser(bytes, dialect)
        return try parser.document()
    }
}

extension JSONWriter {
    /// Writes a whole value: in canonical form, or with members in their order and decimals as written.
    package mutating func json(_ value: JSON, as dialect: JSON.Dialect = .canonical) {
        switch value {
        case .null: null()
        case .bool(let flag): bool(flag)
        case .integer(let number): integer(number)
        case .string(let text): string(text)
        case .array(let items):
            beginArray()
            for item in items {
                json(item, as: dialect)
            }
            endArray()
        case .object(let members):
            beginObject()
            let entries = members.entries
            if dialect == .canonical, let order = members.canonicalOrder {
                for place in order {
                    key(entries[place].name)
                    json(entries[place].value, as: dialect)
                }
            } else {
                for (name, value) in entries {
                    key(name)
                    json(value, as: dialect)
                }
            }
            endObject()
        case .decimal(let text):
            precondition(dialect == .foreign, "a foreign number has no canonical form; keep such JSON as a string")
            literal(text)
        }
    }
}

extension Members {
    /// The places of the members in canonical order; nil when they stand so, as most do: they were read so, or written
    /// down so.
    fileprivate var canonicalOrder: [Int]? {
        for place in entries.indices.dropFirst() where !entries[place - 1].name.utf16Precedes(entries[place].name) {
            return entries.indices.sorted { entries[$0].name.utf16Precedes(entries[$1].name) }
        }
        return nil
    }
}
