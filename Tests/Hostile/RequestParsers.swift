import Endpoints
import Identity
import Views
import Wire

extension HostileParser {
    /// Forms and queries: bounded in number, and found again by the names they have.
    static let form = HostileParser("form") { bytes in
        guard let form = try? Parameters(form: bytes) else { return }
        try Broken.unless(form.entries.count <= Parameters.countMax, "parameters are bounded")
        let names = Set(form.entries.map { ExactText($0.name) })
        try Broken.unless((form.repeatedName == nil) == (names.count == form.entries.count), "repetition is seen")
        for (name, value) in form.entries {
            try Broken.unless(form.values(name).contains { $0.bytesEqual(value) }, "a value is found by its name")
            try Broken.unless((try? FormEncoding.decode(encoded(name)))?.bytesEqual(name) == true, "a name reads back")
        }
    }

    /// The `Authorization` header: a secret in it is never printed.
    static let authorization = HostileParser("authorization") { bytes in
        let headers = bytes.lines.map { (name: "authorization", value: text($0)) }
        let request = Request(method: .get, path: "/", headers: headers, id: "req_1")
        guard let authorization = try? Authorization(request) else { return }
        try Broken.unless(headers.count == 1, "one field, or none is believed")
        switch authorization {
        case .basic(let basic):
            let again = try? BasicCredentials(
                base64: Base64.encode(encoded(basic.id) + [UInt8(ascii: ":")] + encoded(basic.secret))
            )
            try Broken.unless(again == basic, "credentials read back")
            try Broken.unless(Mirror(reflecting: basic).children.isEmpty, "credentials do not print themselves")
        case .bearer(let token):
            try Broken.unless(token.text.utf8.count <= BearerToken.bytesMax, "a token is bounded")
        case .absent, .other:
            break
        }
    }

    /// The bodies of the admin API against the field tables, and search and filters by the same tables.
    ///
    /// A value that was taken is taken again: what is stored is what a client may send.
    static let fields = HostileParser("fields") { bytes in
        guard let body = (try? JSON.parse(bytes))?.members else { return }
        for kind in Kind.allCases { try kind.accept(BodyOfKind(body: body)) }
    }

    private struct BodyOfKind: KindVisitor {
        let body: Members
        func visit<R: Resource>(_ kind: R.Type) throws { try taken(body, kind) }
    }

    private static func taken<R: Resource>(_ body: Members, _ kind: R.Type) throws(Broken) {
        for purpose in [Changes<R>.Purpose.create, .update] {
            guard let changes = try? Changes<R>(body, for: purpose) else { continue }
            var again: Members = [:]
            for (field, value) in changes.open + changes.sealed { again.append(field.name, value) }
            guard let second = try? Changes<R>(again, for: purpose) else {
                throw Broken("a \(R.noun)'s fields as stored are fields")
            }
            let values = (second.open + second.sealed).map(\.value)
            try Broken.unless(
                values == again.entries.map(\.value),
                "a \(R.noun)'s fields are stored as they are stored"
            )
            var state = R()
            for (field, value) in changes.open {
                try Broken.unless(field.set(&state, value), "what was checked is of the kind of \(field.name)")
            }
            for (field, value) in changes.open where field.get(state) != value {
                throw Broken("the \(field.name) of a \(R.noun) is what was set")
            }
            let kept = Versioned<R>(
                id: Identifier<R>(random: [UInt8](repeating: 0, count: 16)),
                place: state.place(chain: .platform),
                version: 1,
                createdIndex: 0,
                createdAt: .earliest,
                updatedAt: .latest,
                state: state
            ).row
            try Broken.unless(Versioned<R>(row: kept)?.row == kept, "a \(R.noun)'s row reads back")
        }
    }

    private static func encoded(_ text: String) -> [UInt8] {
        text.utf8.flatMap { [UInt8(ascii: "%")] + Array(Hex.encode([$0]).utf8) }
    }
}
