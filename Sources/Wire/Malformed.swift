/// Says why a text was refused, and at which byte.
///
/// The reason is a fixed phrase that never repeats the input, so it may be shown to whoever sent it and may be logged.
package struct Malformed: Error, Equatable, CustomStringConvertible {
    package let reason: String

    /// The byte, counted from 0, where the text stopped being acceptable.
    package let offset: Int

    package init(_ reason: String, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    package var description: String { "\(reason) at byte \(offset)" }
}
