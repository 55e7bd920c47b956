import Endpoints
import Testing
import Wire

@Suite struct ParametersTests {
    @Test(
        arguments: [
            ("", []),
            ("a=1", ["a=1"]),
            ("a=1&b=2", ["a=1", "b=2"]),
            ("a=1&a=2", ["a=1", "a=2"]),
            ("a", ["a="]),
            ("a=", ["a="]),
            ("=1", ["=1"]),
            ("&&a=1&", ["a=1"]),
            ("a=b=c", ["a=b=c"]),
            ("scope=admin%3Aread+admin%3Awrite", ["scope=admin:read admin:write"]),
            ("a=%2B%20%26%3d", ["a=+ &="]),
            ("n%61me=%C3%A9", ["name=é"]),
        ] as [(String, [String])]
    )
    func `fields are read in the order sent`(text: String, expected: [String]) throws {
        let read = try Parameters(query: text).entries.map { "\($0.name)=\($0.value)" }
        #expect(read == expected)
    }

    @Test(arguments: ["a=%", "a=%2", "a=%zz", "%=1", "a=%C3", "a=%FF", "a=%ED%A0%80", "a=%2 "])
    func `a field that is not form-encoded UTF-8 is refused`(text: String) {
        #expect(throws: Malformed.self) { try Parameters(query: text) }
        #expect(throws: Malformed.self) { try Parameters(form: Array(text.utf8)) }
    }

    @Test func `more than a hundred fields are refused`() throws {
        let hundred = Array(repeating: "a=1", count: Parameters.countMax).joined(separator: "&")
        #expect(try Parameters(query: hundred).entries.count == Parameters.countMax)
        #expect(throws: Malformed.self) { try Parameters(query: hundred + "&a=1") }
    }

    @Test func `a repeated name is found, and its values are kept`() throws {
        let parameters = try Parameters(query: "a=1&b=2&b=3&a=4")
        #expect(parameters.repeatedName == "b")
        #expect(parameters.values("b") == ["2", "3"])
        #expect(parameters["a"] == "1")
        #expect(try Parameters(query: "a=1&b=1").repeatedName == nil)
    }

    @Test func `names that only look alike are two names`() throws {
        let parameters = try Parameters(query: "%C3%A9=1&e%CC%81=2")
        #expect(parameters.repeatedName == nil)
        #expect(parameters["e\u{301}"] == "2")
    }

    @Test func `an empty value counts as given only where it is asked for as sent`() throws {
        let parameters = try Parameters(query: "scope=&search=")
        #expect(parameters["scope"]?.isEmpty == true)
        #expect(parameters.given("scope") == nil)
        #expect(parameters.given("absent") == nil)
    }
}
