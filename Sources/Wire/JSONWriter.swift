/// Writes JSON piece by piece, placing the commas and colons itself.
///
/// This is the fast road for entries and answers, of which there are hundreds of thousands a second: nothing is built
/// but the bytes. It does not sort. Whoever writes canonical bytes with it writes the names in their order.
///
/// No stack of open containers is kept: a comma is due exactly when a value or a closed container came last.
package struct JSONWriter: Sendable {
    package private(set) var bytes: [UInt8] = []
    private var commaIsDue = false

    package init(reservingBytes capacity: Int = 512) {
        bytes.reserveCapacity(capacity)
    }

    package mutating func key(_ name: String) {
        separate()
        bytes.appendQuoted(name, isName: true)
        commaIsDue = false
    }

    package mutating func key(_ name: MemberName) {
        separate()
        bytes.append(contentsOf: name.written)
        commaIsDue = false
    }

    package mutating func string(_ value: String) {
        separate()
        bytes.appendQuoted(value, isName: false)
        commaIsDue = true
    }

    package mutating func integer(_ value: Int64) {
        precondition(JSON.exactIntegers.contains(value), "beyond 2^53 readers of JSON no longer agree on the number")
        separate()
        bytes.appendDecimal(value)
        commaIsDue = true
    }

    package mutating func bool(_ value: Bool) {
        literal(value ? "true" : "false")
    }

    package mutating func null() {
        literal("null")
    }

    /// Writes the value's text as a string.
    package mutating func instant(_ value: Instant) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        value.append(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
        commaIsDue = true
    }

    /// Writes bytes as a string of base64url without padding.
    package mutating func base64URL(_ value: [UInt8]) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        Base64URL.append(value, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
        commaIsDue = true
    }

    /// Writes what is JSON already: one value, or members that stand beside each other.
    package mutating func raw(_ json: [UInt8]) {
        separate()
        bytes.append(contentsOf: json)
        commaIsDue = true
    }

    /// Writes a value whose text is nothing but itself: a number, a word.
    mutating func literal(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
        commaIsDue = true
    }

    package mutating func beginObject() { begin(UInt8(ascii: "{")) }

    package mutating func endObject() { end(UInt8(ascii: "}")) }

    package mutating func beginArray() { begin(UInt8(ascii: "[")) }

    package mutating func endArray() { end(UInt8(ascii: "]")) }

    private mutating func begin(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        commaIsDue = false
    }

    private mutating func end(_ bracket: UInt8) {
        bytes.append(bracket)
        commaIsDue = true
    }

    private mutating func separate() {
        if commaIsDue { bytes.append(UInt8(ascii: ",")) }
    }
}
