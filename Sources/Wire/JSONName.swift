/// A member's name that is written again and again: its quotation marks and its colon stand beside it.
///
/// A writer copies its bytes, and need not ask each time whether something in it must be escaped.
package struct JSONName: Sendable {
    let bytes: [UInt8]

    package init(_ name: String) {
        var bytes: [UInt8] = []
        bytes.appendQuoted(name, isName: true)
        self.bytes = bytes
    }
}
