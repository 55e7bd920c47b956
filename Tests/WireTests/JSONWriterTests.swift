import Testing
import Wire

struct JSONWriterTests {
    @Test func `commas and colons place themselves`() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("empty")
        writer.beginObject()
        writer.endObject()
        writer.key("list")
        writer.beginArray()
        writer.integer(-12)
        writer.bool(true)
        writer.bool(false)
        writer.null()
        writer.beginArray()
        writer.endArray()
        writer.string("a\"b")
        writer.raw(Array("{\"raw\":1}".utf8))
        writer.endArray()
        writer.key("at")
        writer.instant(Instant(microseconds: 1))
        writer.key("hash")
        writer.base64URL([0xFB, 0xFF])
        writer.key("value")
        writer.json(["b": 1, "a": [nil]])
        writer.key("kept")
        writer.json(["b": 1.5, "a": 0], as: .foreign)
        writer.endObject()
        let expected = """
            {"empty":{},"list":[-12,true,false,null,[],"a\\"b",{"raw":1}],"at":"1970-01-01T00:00:00.000001Z",\
            "hash":"-_8","value":{"a":[null],"b":1},"kept":{"b":1.5,"a":0}}
            """
        #expect(String(bytes: writer.bytes) == expected)
    }

    @Test func `text is escaped where it must be and nowhere else`() {
        var writer = JSONWriter()
        writer.string("\u{00}\u{07}\u{08}\t\n\u{0B}\u{0C}\r\u{1F} \"\\/<>&'\u{7F}\u{80}\u{E9}\u{2028}\u{FFFD}\u{1F600}")
        let escaped = #""\u0000\u0007\b\t\n\u000b\f\r\u001f \"\\/<>&'"#
        let expected = escaped + "\u{7F}\u{80}\u{E9}\u{2028}\u{FFFD}\u{1F600}\""
        #expect(writer.bytes == expected.bytes)
    }

    @Test(arguments: 0...40)
    func `a text of any length is escaped wherever the need stands`(length: Int) {
        let escaped: [(UInt8, String)] = [
            (0x00, "\\u0000"), (0x1F, "\\u001f"), (0x22, "\\\""), (0x5C, "\\\\"), (0x20, " "), (0x21, "!"),
            (0x7F, "\u{7F}"),
        ]
        for place in 0..<length {
            for (byte, form) in escaped {
                let (before, after) = (
                    "é" + String(repeating: "a", count: place), String(repeating: "z", count: length)
                )
                var writer = JSONWriter(reservingBytes: 0)
                writer.beginArray()
                writer.string("")
                writer.string(before + String(UnicodeScalar(byte)) + after)
                writer.string(after)
                writer.endArray()
                #expect(writer.bytes == "[\"\",\"\(before)\(form)\(after)\",\"\(after)\"]".bytes)
            }
        }
    }

    @Test(arguments: ["", "name", "a name of more than sixteen bytes", "\"\\\n", "é\u{1F600}"])
    func `a name made ready is written as any other`(name: String) {
        var (ready, other) = (JSONWriter(), JSONWriter())
        for round in 0..<2 {
            ready.key(MemberName(name))
            ready.integer(Int64(round))
            other.key(name)
            other.integer(Int64(round))
        }
        #expect(ready.bytes == other.bytes)
    }

    @Test(
        arguments: [
            .null, true, false, 0, -9_007_199_254_740_991, "", "\u{0}\u{1F}", "a\"\\é\u{1F600}", [],
            [.null, true, 1, "\u{1}"],
            [:], ["\u{1}": "\u{2}"], ["a": ["b": [false, -1, ["c": "\u{3}"]]], "\u{0}\u{0}": [.null]],
        ] as [JSON]
    )
    func `no value is longer than it is said to be at most`(value: JSON) {
        #expect(value.canonicalBytesMax >= value.canonical.count)
    }

    @Test(arguments: [0, 1, -1, 9, 10, -10, 99, 100, 1_234_567, 9_007_199_254_740_991, -9_007_199_254_740_991])
    func `integers are plain`(value: Int64) {
        var writer = JSONWriter()
        writer.integer(value)
        #expect(writer.bytes == value.description.bytes)
    }

    @Test func `compact text keeps the order of members and the spelling of numbers`() throws {
        let text = #"{"z":1.50,"a":-0,"m":{"y":1e3,"b":[]},"n":9007199254740992}"#
        #expect(try JSON.parse(text.bytes).compact == text.bytes)
    }
}
