import Identity
import Testing
import Wire

/// A sealed value that is there already is left out of a change, as far as it is still the one that was opened.
struct OpenedValuesTests {
    private static func partner(referringTo index: UInt64) -> Partner {
        var partner = Partner()
        partner.contactEmail = SealedReference(index: index, ordinal: 0)
        return partner
    }

    @Test(
        arguments: [
            ("a@example.com", 7, 0), ("b@example.com", 7, 1),
            // Somebody has changed it since it was opened: whether it is the same nobody knows.
            ("a@example.com", 9, 1),
        ] as [(String, UInt64, Int)]
    )
    func `what was opened is believed while the resource refers to the same segment`(
        asked: String,
        index: UInt64,
        left: Int,
    ) throws {
        let changes = try Changes<Partner>(["contact_email": .string(asked)], for: .update)
        let opened = OpenedValues(of: Self.partner(referringTo: 7), for: changes) { _ in
            ["contact_email": "a@example.com"]
        }
        #expect(changes.leavingOut(opened, of: Self.partner(referringTo: index)).sealed.count == left)
    }
}
