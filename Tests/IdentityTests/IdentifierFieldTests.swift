import Identity
import Testing
import Wire

/// A reference that a body names is an identifier, whole, or it is refused.
struct IdentifierFieldTests {
    static let longest = String(repeating: "a", count: PartnerID.suffixBytesMax)

    @Test(arguments: [
        "prt_!!", "prt_", "prt", "tnt_acme", "prt_a b", "prt_é", "prt_\u{0}", "prt_a/..", "prt_" + longest + "a",
    ])
    func `what only begins like an identifier is refused`(text: String) {
        #expect(throws: Rejection.self) { try Changes<Tenant>(["partner_id": .string(text)], for: .update) }
        let body: Members = [
            "name": "Job", "application_type": "SERVICE", "scope": "GLOBAL",
            "tenant_id": .string(text.replacing("prt", with: "tnt")),
        ]
        let isOther = text.hasPrefix("tnt")
        if !isOther { #expect(throws: Rejection.self) { try Changes<Application>(body, for: .create) } }
    }

    @Test(arguments: ["prt_a", "prt_-", "prt_A_z-0", "prt_" + longest])
    func `an identifier is taken as it is`(text: String) throws {
        _ = try Changes<Tenant>(["partner_id": .string(text)], for: .update)
    }
}
