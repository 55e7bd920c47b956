import Foundation
import Wire

/// A plan as the command keeps it in a file: what was asked, and what the server said it would do.
struct WrittenPlan {
    /// More than any plan is in bytes.
    static let bytesMax = 64 << 20

    /// What is asked, as the server reads it.
    struct Request {
        private(set) var members: Members = [:]

        var isEmpty: Bool { members.isEmpty }

        mutating func add(_ name: String, _ text: String?) { members[name] = text.map(JSON.string) }
        mutating func add(_ name: String, _ number: Int64?) { members[name] = number.map(JSON.integer) }
        mutating func add(_ name: String, numbers: [Int64]) { members[name] = .array(numbers.map(JSON.integer)) }
    }

    let request: Members
    let plan: JSON

    var digest: String { plan["digest"]?.text ?? "" }
    var hasConflicts: Bool { plan["conflicts"]?.items?.isEmpty == false }

    /// Asks the server for a plan, prints it and keeps it where that was said.
    static func make(_ way: String, _ asked: Request, _ options: PlanOptions) async throws {
        let settings = try Settings(options.client.given, [.config: options.config])
        var request: Members = [way: .object(asked.members)]
        if !options.force.isEmpty { request["force"] = .array(options.force.map(JSON.string)) }
        let plan = try await ServiceClient(settings).plan(request)
        let written = Self(request: request, plan: plan)
        if let path = options.out { try written.write(to: path) }
        written.print(options.format)
        guard written.hasConflicts else { return }
        throw CommandFailure(
            .checkFailed,
            "not all of it can be done: the conflicts say why; muniment apply --accept-conflicts does the rest"
        )
    }

    init(request: Members, plan: JSON) { (self.request, self.plan) = (request, plan) }

    init(readingFrom path: String) throws {
        guard let bytes = try? TextFile.read(path, bytesMax: Self.bytesMax), let json = try? JSON.parse(bytes),
            let request = json["request"]?.members, let plan = json["plan"], plan["digest"]?.text != nil
        else { throw CommandFailure.usage("\(path) is no plan: name the file that muniment plan --out has written") }
        self.init(request: request, plan: plan)
    }

    /// Writes it for its owner alone: it has values in clear.
    private func write(to path: String) throws {
        let bytes = (["request": .object(request), "plan": plan] as JSON).compact
        let isWritten = FileManager.default.createFile(
            atPath: path,
            contents: Data(bytes + [0x0A]),
            attributes: [.posixPermissions: 0o600]
        )
        guard isWritten else {
            throw CommandFailure(
                .checkFailed,
                "\(path) cannot be written: name a file in a folder of your own with --out"
            )
        }
    }

    func print(_ format: PlanOptions.Format) {
        switch format {
        case .json: Output.line(String(decoding: plan.compact, as: UTF8.self), whenUnread: .goesOn)
        case .text: for line in PlanText(plan).lines { Output.line(line, whenUnread: .goesOn) }
        }
    }
}
