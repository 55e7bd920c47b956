import Identity
import Testing
import Wire

struct FieldTableTests {
    /// Rows and answers are written from the tables without asking again.
    @Test(arguments: Kind.allCases)
    func `a table names each field once, and facets follow from its fields, each from one`(kind: Kind) throws {
        try kind.accept(Names())
    }

    private struct Names: KindVisitor {
        func visit<R: Resource>(_ kind: R.Type) {
            #expect(Set(R.fields.map(\.name)).count == R.fields.count)
            let facets = R.facets.map(\.name)
            #expect(Set(facets).count == facets.count)
            #expect(facets.allSatisfy { R.field($0) != nil })
        }
    }

    @Test(arguments: Kind.allCases)
    func `the registry leads to the type of its kind, which alone has its noun and its prefix`(kind: Kind) throws {
        let (found, noun, _) = try kind.accept(Identity())
        #expect(found == kind)
        #expect(noun == kind.rawValue)
        let prefixes = try Kind.allCases.map { try $0.accept(Identity()).prefix }
        #expect(Set(prefixes).count == prefixes.count)
    }

    private struct Identity: KindVisitor {
        func visit<R: Resource>(_ kind: R.Type) -> (kind: Kind, noun: String, prefix: String) {
            (R.kind, R.noun, R.prefix)
        }
    }
}
