import Identity
import Testing

struct FieldTableTests {
    /// Rows and answers are written from the tables without asking again.
    @Test func `a field table names each field once`() {
        func isDistinct<R: Resource>(_: R.Type) -> Bool { Set(R.fields.map(\.name)).count == R.fields.count }
        #expect(isDistinct(Partner.self))
        #expect(isDistinct(Tenant.self))
        #expect(isDistinct(Application.self))
        #expect(isDistinct(Secret.self))
        #expect(isDistinct(SigningKey.self))
        #expect(isDistinct(User.self))
        #expect(isDistinct(RoleGrant.self))
        #expect(isDistinct(Token.self))
    }
}
