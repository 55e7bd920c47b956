package import Wire

/// Of an entry only its type, its stream and, where that is asked for, its data: for walks over very many.
///
/// The rest is passed over, as canonical as it must be, and nothing is built of it.
package struct EntryStream: Equatable {
    package let type: String
    package let schema: Int64
    package let stream: String?
    package let data: Members

    /// - Parameter isDataRead: whether the `data` of entries of a type is read; of others there is none here.
    package init(decoding bytes: [UInt8], isDataRead: (_ type: String) -> Bool) throws(Malformed) {
        var reader = JSONReader(bytes)
        let outside = try reader.enter()
        try reader.require(.data)
        var dataReader = reader
        try reader.pass()
        schema = try reader.has(.schema) ? try reader.integer() : 1
        stream = try reader.has(.stream) ? try reader.string() : nil
        try reader.require(.type)
        type = try reader.string()
        try reader.leave(to: outside)
        try reader.end()
        guard isDataRead(type) else {
            data = [:]
            return
        }
        guard let members = try dataReader.json().members else { throw dataReader.malformed("data is an object") }
        data = members
    }

    package init(of entry: borrowing Entry) {
        (type, schema, stream, data) = (entry.type, entry.schema, entry.stream, entry.data)
    }
}
