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
