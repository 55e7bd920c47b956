import Testing

/// What a machine can check in a line, it checks.
struct RuleTests {
    static let rules = Rule.safety + Rule.house

    @Test(arguments: rules)
    func `the code keeps the rule`(rule: Rule) throws {
        let findings = rule.findings(in: try Repository.files())
        #expect(findings.isEmpty, "\(rule.name):\n\(findings.map(\.description).joined(separator: "\n"))")
    }

    @Test(arguments: rules)
    func `the rule finds what breaks it, and nothing else`(rule: Rule) {
        for text in rule.bad {
            #expect(rule.find(SourceFile(path: "Sources/Wire/Bad.swift", text: text)) == [0], "\(rule.name): \(text)")
        }
        for text in rule.good {
            #expect(rule.find(SourceFile(path: "Sources/Wire/Good.swift", text: text)).isEmpty, "\(rule.name): \(text)")
        }
    }

    @Test(arguments: rules)
    func `an exception names a file that needs it`(rule: Rule) throws {
        let files = try Repository.files()
        for (path, reason) in rule.exceptions {
            let file = files.first { $0.path == path }
            #expect(file.map { rule.holds($0) && !rule.find($0).isEmpty } == true, "\(path): \(reason)")
        }
    }

    @Test func `comments and strings are no code`() {
        let text = ##"""
            let a = "try! \"x\"" /* as! /* try! */ */ + b // public
            let c = #"try!"# + """
                public
                """ + d
            """##
        #expect(CodeText(text).lines.map { $0.filter { $0 != " " } } == ["leta=+b", "letc=+", "", "+d"])
    }
}
