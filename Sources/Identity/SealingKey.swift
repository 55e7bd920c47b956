/// Which of the data keys of a resource seals something: what ends together stands under one.
///
/// Each is made when something is sealed under it first. Its name in the ledger is the resource and the word here for
/// ever, as in `usr_X/profile`.
package enum SealingKey: String, Sendable, CaseIterable {
    /// Free text: reasons and contact addresses.
    case notes
    /// Who a person is.
    case profile
    /// What a person proves it with, such as the hash of a password.
    case secrets
    /// Where a person acted from: network addresses and user agents.
    case traces

    /// The name of the key of one resource.
    package func name(of resource: String) -> String { resource + "/" + rawValue }
}
