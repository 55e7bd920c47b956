/// The words after a part's name: pairs of `--name value`.
struct Words {
    enum Fault: Error {
        case usage(String)
        case failed(String)
    }

    private var values: [String: String] = [:]

    init(_ arguments: ArraySlice<String>) throws {
        var rest = arguments
        while let name = rest.popFirst() {
            guard name.hasPrefix("--"), let value = rest.popFirst() else { throw Fault.usage("\(name) needs a value") }
            values[String(name.dropFirst(2))] = value
        }
    }

    func text(_ name: String) throws -> String {
        guard let value = values[name] else { throw Fault.usage("--\(name) is missing") }
        return value
    }

    func number(_ name: String) throws -> Int {
        guard let number = Int(try text(name)), number > 0 else { throw Fault.usage("--\(name) is a positive number") }
        return number
    }
}
