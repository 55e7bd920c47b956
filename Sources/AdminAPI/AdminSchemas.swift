import Endpoints
import Identity

/// The shapes that admin endpoints share, for the document's components.
enum AdminSchemas {
    static let all: [(name: String, schema: Schema)] =
        [("Problem", problem), ("HTTPValidationError", validation), ("Pagination", pagination)]
        + Kind.allCases.flatMap { (try? $0.accept(SchemasOfKind())) ?? [] }
        + RelationKind.allCases.flatMap { (try? $0.accept(EveryRelation.Shapes())) ?? [] }
        + Schema.envelopes(Secret.noun, SecretJSON.schema)
        + Schema.envelopes(SigningKey.noun, SigningKeyEndpoints.schema)
        + Schema.envelopes("audit_item", AuditItem.schema)
        + APIKeyJSON.schemas
        + PlanJSON.schemas
        + ClientMessage.schemas + ScalekitDialect.schemas
        + ChangeItem.schemas + DiffEndpoints.schemas + AccessEndpoints.schemas

    private struct SchemasOfKind: KindVisitor {
        func visit<R: Resource>(_ kind: R.Type) -> [(name: String, schema: Schema)] { [] }
        func visit<R: ManagedResource>(managed kind: R.Type) -> [(name: String, schema: Schema)] { R.schemas }
    }

    private static let problem = Schema.object([.init("detail", .string(), "What to do about it", required: true)])

    /// A place is a list of names and, inside lists, numbers: no one type covers both in this document's words.
    private static let validation = Schema.object([
        .init(
            "detail",
            .array(
                .object(
                    [
                        .init("msg", .string(), "What would be accepted", required: true),
                        .init("type", .string(), "A stable name of the fault", required: true),
                    ],
                    closed: false
                )
            ),
            "Each value that means nothing, with its place in loc",
            required: true
        )
    ])

    private static let pagination = Schema.object([
        .init("page", .integer(min: 1), required: true),
        .init("per_page", .integer(min: 1, max: 100), required: true),
        .init("total", .integer(min: 0), required: true),
        .init("total_pages", .integer(min: 0), required: true),
        .init(
            "as_of",
            .integer(min: 0),
            "The index that the page is as of: send it with the next page",
            required: true
        ),
        .init("total_relation", .choice(["gte"]), "Given when there are at least so many"),
    ])
}
