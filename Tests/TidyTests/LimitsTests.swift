import Testing

/// The page of limits and the code say the same: neither can be changed without the other.
struct LimitsTests {
    private static let page = "Sources/Web/Web.docc/Limits.md"

    @Test func `every bound stands on the page with its value, and no other`() throws {
        let files = try Repository.files(below: "Sources")
        let page = try #require(files.first { $0.path == Self.page })
        let told = Self.told(on: page)
        let declared = Self.declared(in: files.filter(\.isSource))
        #expect(told.count > 90)
        for (name, cell) in told {
            let expression = try #require(declared[name], "\(name) is on the page and not in the code")
            #expect(Self.isSame(cell, expression, name), "\(name) is \(expression) in the code, \(cell) on the page")
        }
        let untold = declared.keys.filter { $0.hasSuffix("Max") && told[$0] == nil }
        #expect(untold.isEmpty, "bounds that the page does not tell of")
    }

    @Test(arguments: [
        ("4 KiB", "4_096", "A.bytesMax", true), ("4 KiB", "4 * 1024", "A.bytesMax", true),
        ("20 ms", "20_000", "A.microsecondsMax", true), ("5 s", "5_000_000", "A.MicrosecondsMax", true),
        ("30 days", "30 * 86_400", "A.secondsMax", true), ("`1 << 18`", "1 << 18", "A.countMax", true),
        ("4 KiB", "4_097", "A.bytesMax", false), ("5 s", "5", "A.MicrosecondsMax", false), ("12", "B.c", "A.d", false),
    ])
    func `a cell is compared with the code`(cell: String, expression: String, name: String, isSame: Bool) {
        #expect(Self.isSame(cell, expression, name) == isSame)
    }

    /// The cell with the value, by the constant that the row names.
    private static func told(on page: SourceFile) -> [String: String] {
        var told: [String: String] = [:]
        for line in page.lines where line.hasPrefix("| ") {
            let cells = line.dropFirst(2).dropLast(2).split(separator: " | ").map(String.init)
            if cells.count == 4, cells[3].hasPrefix("`") { told[String(cells[3].dropFirst().dropLast())] = cells[1] }
            if cells.count == 2, cells[0].hasPrefix("`") { told[String(cells[0].dropFirst().dropLast())] = cells[1] }
        }
        return told
    }

    /// What constants are set to, by their file's name and their own.
    private static func declared(in files: [SourceFile]) -> [String: String] {
        let declaration =
            /^ *(?:(?:package|private|fileprivate) )?(?:static )?(?:let|var) (\w+)(?: *: *[\w<>?]+)?(?: = (.+)| \{ (.+) \})$/
        var declared: [String: String] = [:]
        for file in files {
            let name = file.path.split(separator: "/").last?.dropLast(".swift".count) ?? ""
            for line in file.code {
                let line = line.reversed().drop { $0 == " " }.reversed()
                guard let match = String(line).wholeMatch(of: declaration) else { continue }
                declared["\(name).\(match.1)"] = String(match.2 ?? match.3 ?? "")
            }
        }
        return declared
    }

    private static func isSame(_ cell: String, _ expression: String, _ name: String) -> Bool {
        if cell.hasPrefix("`") { return cell == "`\(expression)`" }
        guard let value = value(of: expression), let told = quantity(cell, name) else { return false }
        return value == told
    }

    /// Products and shifts of whole numbers; everything else is compared as it is written.
    private static func value(of expression: String) -> Int? {
        if let shift = expression.firstRange(of: " << ") {
            guard let base = Int(expression[..<shift.lowerBound]), let bits = Int(expression[shift.upperBound...])
            else {
                return nil
            }
            return base << bits
        }
        let factors = expression.split(separator: " * ").map { Int($0.filter { $0 != "_" }) }
        return factors.reduce(1) { product, factor in product.flatMap { product in factor.map { product * $0 } } }
    }

    private static func quantity(_ cell: String, _ name: String) -> Int? {
        let words = cell.split(separator: " ")
        guard let number = words.first.flatMap({ Int($0.filter { $0 != "," }) }) else { return nil }
        let second = name.lowercased().hasSuffix("microsecondsmax") ? 1_000_000 : 1
        switch words.dropFirst().first {
        case nil: return number
        case "KiB": return number << 10
        case "MiB": return number << 20
        case "GiB": return number << 30
        case "ms": return number * second / 1_000
        case "s": return number * second
        case "days": return number * second * 86_400
        default: return nil
        }
    }
}
