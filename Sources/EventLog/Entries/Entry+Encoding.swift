import OpenSSL
import Wire

// The members in the order of RFC 8785, written straight down: names are ASCII and known, so nothing is sorted here.
extension Entry {
    /// The bytes of the entry, without the line feed.
    package var encoded: [UInt8] {
        var out = JSONWriter(reservingBytes: 960)
        out.beginObject()
        out.key(.actor)
        actor.write(to: &out)
        if let batch {
            out.key(.batch)
            out.beginArray()
            out.integer(Int64(batch.position))
            out.integer(Int64(batch.count))
            out.endArray()
        }
        out.member(.cause, cause)
        out.member(.chain, chain)
        out.member(.class, `class`.rawValue)
        out.member(.code, code)
        out.member(.compensates, compensates)
        out.key(.data)
        out.json(.object(data), as: .canonical)
        out.member(.id, id)
        out.member(.index, index)
        if let previous {
            out.key(.previous)
            out.base64URL(previous.bytes)
        }
        out.key(.recordedAt)
        out.instant(recordedAt)
        if let request {
            out.key(.request)
            request.write(to: &out)
        }
        out.member(.result, result.rawValue)
        if schema != 1 {
            out.key(.schema)
            out.integer(schema)
        }
        if !sealed.isEmpty {
            out.key(.sealed)
            out.beginArray()
            for item in sealed { item.write(to: &out) }
            out.endArray()
        }
        out.member(.sequence, sequence)
        out.member(.stream, stream)
        out.member(.type, type)
        out.key(.v)
        out.integer(1)
        out.member(.version, version)
        out.endObject()
        return out.bytes
    }
}

extension Actor {
    func write(to out: inout JSONWriter) {
        out.beginObject()
        if let assurance {
            out.key(.assurance)
            out.beginObject()
            out.key(.at)
            out.instant(assurance.at)
            out.member(.level, assurance.level.rawValue)
            out.key(.methods)
            out.beginArray()
            for method in assurance.methods { out.string(method) }
            out.endArray()
            out.endObject()
        }
        out.member(.credential, credential)
        out.member(.home, home)
        out.member(.id, id)
        out.member(.kind, kind.rawValue)
        out.member(.name, name)
        if !onBehalfOf.isEmpty {
            out.key(.onBehalfOf)
            out.beginArray()
            for principal in onBehalfOf {
                out.beginObject()
                out.member(.id, principal.id)
                out.member(.kind, principal.kind.rawValue)
                out.endObject()
            }
            out.endArray()
        }
        out.member(.role, role)
        out.member(.session, session)
        out.endObject()
    }
}

extension EntryRequest {
    func write(to out: inout JSONWriter) {
        out.beginObject()
        out.member(.endpoint, endpoint)
        out.member(.id, id)
        if let idempotency {
            out.key(.idempotency)
            out.beginObject()
            out.key(.fingerprint)
            idempotency.fingerprint.write(to: &out)
            out.key(.key)
            idempotency.key.write(to: &out)
            out.endObject()
        }
        out.member(.ip, ip)
        out.member(.trace, trace)
        out.member(.userAgent, userAgent)
        out.endObject()
    }
}

extension KeyedHash {
    func write(to out: inout JSONWriter) {
        out.beginObject()
        out.member(.key, key)
        out.key(.mac)
        out.base64URL(mac.bytes)
        out.endObject()
    }
}

extension Entry.SealedItem {
    func write(to out: inout JSONWriter) {
        out.beginObject()
        out.key(.commitment)
        out.base64URL(commitment.bytes)
        out.key(.fields)
        out.beginArray()
        for field in fields { out.string(field) }
        out.endArray()
        out.member(.key, key)
        out.member(.subject, subject)
        out.endObject()
    }
}

extension JSONWriter {
    mutating func member(_ name: MemberName, _ value: String?) {
        guard let value else { return }
        key(name)
        string(value)
    }

    mutating func member(_ name: MemberName, _ value: UInt64?) {
        guard let value else { return }
        key(name)
        integer(Int64(value))
    }
}
