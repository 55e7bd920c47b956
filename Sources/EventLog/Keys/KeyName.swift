/// What each key in the key store is called.
package enum KeyName {
    package static func data(_ id: String) -> String { dataPrefix + id }
    /// The data key of that name; `nil` for a key of another kind.
    package static func dataKey(_ name: String) -> String? {
        name.hasPrefix(dataPrefix) ? String(name.dropFirst(dataPrefix.count)) : nil
    }
    private static let dataPrefix = "data:"
    package static func mac(_ id: String) -> String { "mac:" + id }
    package static func signing(_ id: String) -> String { "signing:" + id }
    package static func checkpoint(_ stream: String) -> String { "checkpoint:" + stream }
    package static let viewRows = "views:rows"
    package static let blindIndex = "views:blind"
    package static let cursors = "cursors"
}
