import Testing
import Wire

struct MembersTests {
    @Test func `values answer by kind`() {
        let value: JSON = ["text": "a", "number": 1, "flag": true, "items": [1], "null": nil, "\("part")": 2.5]
        #expect(value["text"]?.text == "a")
        #expect(value["number"]?.number == 1)
        #expect(value["flag"]?.flag == true)
        #expect(value["items"]?.items == [1])
        #expect(value["null"]?.isNull == true)
        #expect(value["part"] == .decimal("2.5"))
        #expect(value["absent"] == nil)
        #expect(value["text"]?.number == nil)
        #expect(value["number"]?.text == nil)
        #expect(value["text"]?["deeper"] == nil)
        #expect(value["part"]?.number == nil)
        #expect(value.members?.count == 6)
    }

    @Test func `a member is replaced in its place, added at the end, and removed`() {
        var members: Members = ["a": 1, "b": 2, "c": 3]
        members["b"] = "two"
        members["d"] = 4
        members["a"] = nil
        members["absent"] = nil
        #expect(JSON.object(members).compact == #"{"b":"two","c":3,"d":4}"#.bytes)
        #expect(members.map(\.name) == ["b", "c", "d"])
        #expect(!members.isEmpty)
    }

    @Test func `a null member is there`() {
        var members: Members = [:]
        members["a"] = .some(.null)
        #expect(members["a"] == .some(.null))
        #expect(members.count == 1)
    }

    @Test func `equality is by bytes and order`() {
        #expect(JSON.string("\u{E9}") != JSON.string("e\u{301}"))
        #expect((["\u{E9}": 1] as Members) != ["e\u{301}": 1])
        #expect((["a": 1, "b": 2] as Members) != ["b": 2, "a": 1])
        #expect((["a": 1, "b": 2] as Members) == ["a": 1, "b": 2])
        #expect(JSON.decimal("1.0") != JSON.decimal("1.00"))
        #expect(JSON.integer(1) != JSON.decimal("1"))
        #expect(JSON.null != JSON.bool(false))
    }

    @Test func `the same name twice is a mistake of the program`() async {
        await #expect(processExitsWith: .failure) {
            var members: Members = ["a": 1]
            members.append("a", 2)
        }
    }
}
