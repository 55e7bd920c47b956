import Endpoints
import Engine
import Identity
import Wire

/// An organization's client in the words of Scalekit's contract: as a body asks for one, and as answers show it.
enum ClientMessage {
    // MARK: Asked

    /// The fields of ours that a body sets.
    ///
    /// In messages of Protocol Buffers what is empty is not there, so it changes nothing; and what is unknown is left
    /// to those who know it.
    ///
    /// - Throws: what is wrong with its claims, which are a list there and an object here.
    static func fields(of body: Members) throws(Rejection) -> Members {
        var fields: Members = [:]
        for name in ["name", "description", "scopes", "audience"] {
            if let value = body[name], !isEmpty(value) { fields.append(name, value) }
        }
        if let value = body["expiry"], !isEmpty(value) {
            // A number of 64 bits is a text in this JSON; both are understood.
            let number = value.text.flatMap { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64($0) : nil }
            if number != 0 { fields.append("expiry", number.map { JSON.integer(clamping: $0) } ?? value) }
        }
        if let value = body["custom_claims"], !isEmpty(value) {
            fields.append("custom_claims", .object(try claims(value)))
        }
        return fields
    }

    private static func isEmpty(_ value: JSON) -> Bool {
        switch value {
        case .null: true
        case .string(let text): text.isEmpty
        case .array(let items): items.isEmpty
        case .integer, .decimal: value.number == 0
        case .bool, .object: false
        }
    }

    /// Names and texts, in their order.
    private static func claims(_ value: JSON) throws(Rejection) -> Members {
        guard let items = value.items else {
            throw .invalid("custom_claims", "Input should be a list", "list_type")
        }
        guard items.count <= OrganizationClient.claimsMax else {
            let message = "List should have at most \(OrganizationClient.claimsMax) items"
            throw .invalid("custom_claims", message, "too_long")
        }
        var (claims, issues): (Members, [FieldIssue]) = ([:], [])
        for (position, item) in items.enumerated() {
            let place = ["body", "custom_claims", String(position)]
            guard item.members != nil else {
                issues.append(FieldIssue(place, "Input should be an object", "dict_type"))
                continue
            }
            guard let key = item["key"]?.text, !key.isEmpty else {
                issues.append(FieldIssue(place + ["key"], "Field required", "missing"))
                continue
            }
            if claims[key] != nil {
                issues.append(FieldIssue(place + ["key"], "This key stands in the list already", "value_error"))
                continue
            }
            // A value that is left out is the empty text.
            let text = item["value"] ?? .null
            claims.append(key, text == .null ? "" : text)
        }
        if !issues.isEmpty { throw .invalid(issues) }
        return claims
    }

    // MARK: Shown

    /// - Parameter now: the moment that is told of.
    static func json(_ told: ClientWithSecrets<OrganizationClient>, at now: Instant) -> JSON {
        let (client, state) = (told.client, told.client.state)
        var members: Members = [
            "client_id": .string(client.id.text),
            "secrets": .array(told.secrets.map { json($0, told.lastUses[$0.id], at: now) }),
            "name": .string(state.name),
        ]
        members["description"] = state.description.map(JSON.string)
        members["organization_id"] = state.tenantID.map { .string($0.text) }
        members["create_time"] = .string(client.createdAt.text)
        members["update_time"] = .string(client.updatedAt.text)
        members["scopes"] = .array(state.scopes.map(JSON.string))
        members["audience"] = .array(state.audience.map(JSON.string))
        members["custom_claims"] = .array(
            state.customClaims.entries.map { ["key": .string($0.name), "value": $0.value] }
        )
        members["expiry"] = .string("\(state.tokenTerms.lifetimeSeconds)")
        return .object(members)
    }

    static func json(_ secret: Versioned<Secret>, _ lastUse: Instant?, at now: Instant) -> JSON {
        var members: Members = [
            "id": .string(secret.id.text), "create_time": .string(secret.createdAt.text),
            "update_time": .string(secret.updatedAt.text), "secret_suffix": .string(secret.state.suffix),
            "status": secret.state.isLive(at: now) ? "ACTIVE" : "INACTIVE",
        ]
        members["expire_time"] = secret.state.expiresAt.map(JSON.string)
        members["last_used_time"] = lastUse.map { .string($0.text) }
        return .object(members)
    }
}
