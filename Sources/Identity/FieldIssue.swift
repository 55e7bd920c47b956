/// One thing that is wrong with a request, and where: an item of a 422's `detail`.
package struct FieldIssue: Sendable, Equatable {
    /// The path to the fault: `["body", "redirect_uris", "2"]`.
    package let location: [String]
    package let message: String
    /// A stable name of the kind of fault, as the contract's validation errors spell theirs: `missing`.
    package let type: String

    package init(_ location: [String], _ message: String, _ type: String) {
        self.location = location
        self.message = message
        self.type = type
    }
}
