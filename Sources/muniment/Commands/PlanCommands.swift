import ArgumentParser

/// Tells what an undo or a restore would do, through a running server; nothing is changed.
struct PlanCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Tell what an undo or a restore would do; nothing is changed.",
        discussion: """
            The plan is printed, and with --out FILE kept for muniment apply. Exit status 1 says that it leaves out
            something that was asked: each conflict says why. --force FIELD takes along a field that was changed since.
            """,
        subcommands: [PlanUndo.self, PlanRestore.self],
    )
}

/// What both kinds of plans are asked with.
struct PlanOptions: ParsableArguments {
    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

    @OptionGroup var client: ClientOptions
    @Option(.config) var config: String?
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Fields to take along though something has changed them since.", valueName: "index/field")
    )
    var force: [String] = []
    @Option(help: "text for people, json for scripts.") var format = Format.text
    @Option(help: ArgumentHelp("Keep the plan there, for muniment apply.", valueName: "file")) var out: String?
}

/// Plans that something is as if it had not been done.
struct PlanUndo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo",
        abstract: "Undo entries, a command, a request, or what somebody did in a time.",
    )

    @Option(parsing: .upToNextOption, help: ArgumentHelp("These entries.", valueName: "index")) var index: [Int64] = []
    @Option(help: ArgumentHelp("What the command did that wrote this entry.", valueName: "index")) var batch: Int64?
    @Option(help: ArgumentHelp("What this entry caused: the start of a restore.", valueName: "index")) var cause: Int64?
    @Option(help: ArgumentHelp("What requests of this name did.", valueName: "id")) var request: String?
    @Option(help: ArgumentHelp("What this person or program did, --from a moment --to another.", valueName: "id"))
    var actor: String?
    @Option(help: ArgumentHelp("An index, or a time with its zone.", valueName: "moment")) var from: String?
    @Option(help: ArgumentHelp("An index, or a time with its zone.", valueName: "moment")) var to: String?
    @Option(help: ArgumentHelp("Only in this tenant or partner.", valueName: "id")) var scope: String?
    @OptionGroup var options: PlanOptions

    func run() async throws {
        var undo = WrittenPlan.Request()
        if !index.isEmpty { undo.add("indexes", numbers: index) }
        undo.add("batch", batch)
        undo.add("cause", cause)
        undo.add("request_id", request)
        undo.add("actor", actor)
        undo.add("from", from)
        undo.add("to", to)
        undo.add("scope", scope)
        guard !undo.isEmpty else {
            throw CommandFailure.usage("say what to undo: --index, --batch, --cause, --request or --actor")
        }
        try await WrittenPlan.make("undo", undo, options)
    }
}

/// Plans that something is as it was at a moment.
struct PlanRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Restore a resource, or a tenant or partner with all that stands in it.",
    )

    enum CreatedSince: String, CaseIterable, ExpressibleByArgument { case keep, delete }

    @Argument(help: "The identifier of what is restored.") var id: String
    @Option(help: ArgumentHelp("As it was at this index or time.", valueName: "moment")) var to: String
    @Option(help: "Of a tenant or partner: what becomes of newer things in it.") var createdSince: CreatedSince?
    @Flag(help: "Of a tenant or partner: only itself, and not what stands in it.") var itself = false
    @OptionGroup var options: PlanOptions

    func run() async throws {
        var restore = WrittenPlan.Request()
        let isPlace = (id.hasPrefix("tnt_") || id.hasPrefix("prt_")) && !itself
        restore.add(isPlace ? "scope" : "resource", id)
        restore.add("to", to)
        restore.add("created_since", createdSince?.rawValue)
        try await WrittenPlan.make("restore", restore, options)
    }
}
