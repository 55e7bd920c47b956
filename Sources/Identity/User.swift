import Wire

/// A person who signs in.
///
/// Everything personal stands in sealed segments; rows say only where.
package struct User: Resource {
    package static let noun = "user"

    package var email: SealedReference?
    package var password: SealedReference?
    package var mustChangePassword = false
    package var status = Status.active

    package init() {}

    package static let fields: [Field<User>] = [
        .sealed("email", \.email, .email, need: .internalOnly, "The address the person signs in with."),
        .sealed("password", \.password, .stored, need: .internalOnly, "The Argon2id hash of the password."),
        .flag(
            "must_change_password",
            \.mustChangePassword,
            need: .internalOnly,
            "Whether the next sign-in sets a new one."
        ),
        .choice("status", \.status, settable: Status.settable, need: .internalOnly, "ACTIVE or SUSPENDED."),
    ]

    package var memberships: [Membership] { memberships(owned: []) }
    package var searchText: [String] { [] }

    package static func profileKey(_ id: UserID) -> String { id.text + "/profile" }

    /// The first person of a platform, with the right to everything.
    package static func firstAdministrator(
        _ id: UserID,
        role: RoleGrantID,
        email: String,
        passwordHash: String,
    ) -> [Event] {
        [
            Event(
                .userCreated,
                chain: .platform,
                stream: id.text,
                data: ["must_change_password": false],
                sealed: [
                    Event.Sealed(
                        subject: id.text,
                        key: profileKey(id),
                        fields: ["email": .string(email), "password": .string(passwordHash)]
                    )
                ]
            ),
            Event(
                .roleGranted,
                chain: .platform,
                stream: role.text,
                data: ["role": .string(RoleGrant.Role.superAdmin.rawValue), "user_id": .string(id.text)]
            ),
        ]
    }

    /// A one-time password, given by the operator at the machine: it must be changed at the next sign-in.
    package static func recover(_ id: UserID, passwordHash: String, facts: some Facts) throws -> [Event] {
        _ = try facts.living(id)
        return [
            Event(
                .userPasswordReset,
                chain: .platform,
                stream: id.text,
                data: ["must_change_password": true],
                sealed: [
                    Event.Sealed(
                        subject: id.text,
                        key: profileKey(id),
                        fields: ["password": .string(passwordHash)]
                    )
                ]
            )
        ]
    }
}
