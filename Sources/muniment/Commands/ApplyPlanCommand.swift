import ArgumentParser
import Wire

/// Carries out a plan that was looked at: through a running server, and exactly that plan.
struct ApplyPlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Carry out a plan that muniment plan has written.",
        discussion: """
            Nothing is done, and the exit status is 1, where the plan has become another one since. What a plan leaves
            out has to be accepted: with --accept-conflicts.
            """,
    )

    @OptionGroup var client: ClientOptions
    @Option(.config) var config: String?
    @Option(.reason) var reason: String?
    @Option(help: ArgumentHelp("The file of the plan.", valueName: "file")) var plan: String
    @Flag(help: "Do what can be done, though the plan has conflicts.") var acceptConflicts = false
    @Flag(help: "All of it in one command, however large: others wait meanwhile.") var atomic = false
    @Option(help: "text for people, json for scripts.") var format = PlanOptions.Format.text

    func run() async throws {
        let settings = try Settings(client.given, [.config: config, .reason: reason])
        guard try settings.text(.reason) != nil else {
            throw CommandFailure.usage("say why: --reason TEXT")
        }
        let written = try WrittenPlan(readingFrom: plan)
        if written.hasConflicts, !acceptConflicts {
            throw CommandFailure(.checkFailed, "the plan has conflicts: look at them, and give --accept-conflicts")
        }
        var body = written.request
        body["digest"] = .string(written.digest)
        if atomic { body["atomic"] = true }
        let applied = try await ServiceClient(settings).apply(body)
        WrittenPlan(request: written.request, plan: applied).print(format)
    }
}
