import Endpoints
import Testing

/// What is kept of a `traceparent` header: one that is one.
struct TraceParentTests {
    private static let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test(arguments: [good, "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"])
    func `a traceparent is kept as it is`(text: String) {
        #expect(TraceParent(text)?.text == text)
        let request = Request(
            method: .get,
            path: "/",
            headers: [("traceparent", text)],
            body: .bytes([]),
            address: nil,
            id: "r"
        )
        #expect(request.trace == text)
    }

    @Test func `of a later version only what is known is kept`() {
        #expect(TraceParent("cc" + Self.good.dropFirst(2) + "-more")?.text == "cc" + Self.good.dropFirst(2))
    }

    @Test(arguments: [
        "", "jane@example.com", String(good.dropLast()), good + "0", good + "-more", good.uppercased(),
        "ff" + good.dropFirst(2), "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", good.replacing("-", with: "_"),
        "00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473é-00f067aa0ba902b7-0",
    ])
    func `any other text is left out`(text: String) {
        let request = Request(
            method: .get,
            path: "/",
            headers: [("traceparent", text)],
            body: .bytes([]),
            address: nil,
            id: "r"
        )
        #expect(request.trace == nil)
    }
}
