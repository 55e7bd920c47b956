import Testing

/// What a reviewer reads must say what it means.
struct ReadableTests {
    @Test func `a difference names the lines that went and came`() {
        #expect(LineDifference(from: "a\nb\nc", to: "a\nd\nc").description == "- 2: b\n+ 2: d")
        let long = LineDifference(from: "", to: (0..<100).map(String.init).joined(separator: "\n")).description
        #expect(long.hasSuffix("… and 61 more lines"))
    }

    @Test func `JSON is laid out without a change of its order`() {
        let compact = Array(#"{"b":[1,"[,]"],"a":{"x":[{"y":"\"{"}],"z":[],"e":{}}}"#.utf8)
        let readable = #"""
            {
              "b": [1, "[,]"],
              "a": {
                "x": [
                  {
                    "y": "\"{"
                  }
                ],
                "z": [],
                "e": {}
              }
            }

            """#
        #expect(IndentedJSON(compact).text == readable)
    }
}
