/// The shape of a JSON value, as far as the OpenAPI document tells it (JSON Schema 2020-12).
package indirect enum Schema: Sendable, Equatable {
    case string(format: String? = nil, minLength: Int? = nil, maxLength: Int? = nil, pattern: String? = nil)
    case choice([String])
    /// A network address of either family.
    case address
    case integer(min: Int64? = nil, max: Int64? = nil)
    case boolean
    case array(Schema, maxItems: Int? = nil)
    case object([Property], closed: Bool = true)
    /// Any JSON object: what administrators keep in `settings` is theirs.
    case anyObject
    case nullable(Schema)
    /// Any of these.
    case any(of: [Schema])
    /// Any JSON value.
    case anything
    /// A schema of the document's components, by name.
    case named(String)

    package struct Property: Sendable, Equatable {
        package var name: String
        package var schema: Schema
        package var summary: String
        package var required: Bool

        package init(_ name: String, _ schema: Schema, _ summary: String = "", required: Bool = false) {
            self.name = name
            self.schema = schema
            self.summary = summary
            self.required = required
        }
    }
}
