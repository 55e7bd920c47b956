/// What each key in the key store is called.
package enum KeyName {
    package static func data(_ id: String) -> String { "data:" + id }
    package static func mac(_ id: String) -> String { "mac:" + id }
    package static func signing(_ id: String) -> String { "signing:" + id }
    package static func checkpoint(_ stream: String) -> String { "checkpoint:" + stream }
    package static let viewRows = "views:rows"
    package static let blindIndex = "views:blind"
    package static let cursors = "cursors"
}
