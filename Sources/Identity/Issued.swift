/// What is issued for a resource and is valid for a while: it ends with the resource, and never comes back with it.
package enum Issued: String, Sendable, CaseIterable {
    case tokens, sessions
}
