import Storage
import Views
import Wire

/// Whether the views on disk may be believed: they are not synced, so a machine that went down may have torn them.
///
/// They are trusted after a clean stop, or under the same boot, device and inode: then the pages of a process that died
/// are still with the operating system. The mark lies in their folder, and goes where they go.
struct ViewTrust {
    static let fileName = "trust"

    enum Stop: String { case clean, process, machine }

    /// What is known before a start.
    struct Standing {
        /// How the state was left: after a machine's stop nothing of it is believed.
        let views: Stop
        /// Whether the audit was left as the state was.
        let isAuditKept: Bool
        /// How the last run ended that no entry tells of yet.
        ///
        /// Views that were made anew, or that a refused start left in order, are clean; what was before them is to be
        /// told all the same.
        let untold: Stop
    }

    private let folder: SmallFiles
    private let bootID: String?
    /// The files that the parts are in, as they are now.
    private let identity: @Sendable (_ name: String) -> String

    /// - Parameter views: the folder that they are in.
    init(
        _ directory: DataDirectory,
        views name: String = DataDirectory.viewsName,
        world: World,
        _ access: SmallFiles.Access = .readWrite,
    ) throws {
        folder = try directory.viewFiles(name, access)
        bootID = world.bootID()
        identity = { part in
            guard let path = directory.path("\(name)/\(part)/data.mdb"),
                let file = try? Machine.fileIdentity(of: path)
            else { return "none" }
            return "\(file.device):\(file.inode)"
        }
    }

    /// How the last run ended that no entry tells of yet.
    ///
    /// Where an exchange of views was interrupted, the old ones have the mark still.
    static func untoldStop(in directory: DataDirectory, world: World) throws -> Stop {
        for name in [DataDirectory.viewsName, Rebuild.oldName] where directory.exists(name) {
            if let known = try ViewTrust(directory, views: name, world: world).known() { return known.untold }
        }
        return .machine
    }

    func standing() throws -> Standing {
        try known() ?? Standing(views: .machine, isAuditKept: false, untold: .machine)
    }

    private func known() throws -> Standing? {
        guard let bytes = try folder.read(Self.fileName), let mark = try? JSON.parse(bytes, as: .canonical),
            mark["file"]?.text == identity(ViewPart.state.name)
        else { return nil }
        let isAuditKept = mark["audit"]?.text == identity(ViewPart.audit.name)
        if mark["clean"]?.flag == true {
            let untold = mark["untold"]?.text.flatMap(Stop.init) ?? .clean
            return Standing(views: .clean, isAuditKept: isAuditKept, untold: untold)
        }
        // A boot that is not known is no other one, and not this one either.
        let stop: Stop = bootID.map { mark["boot"]?.text == $0 } ?? false ? .process : .machine
        return Standing(views: stop, isAuditKept: isAuditKept, untold: stop)
    }

    /// Views that were found damaged are not believed again, however the run ends.
    func forget() throws { try folder.remove(Self.fileName) }

    /// A run has begun to change the views.
    func markInUse() throws {
        try write(isClean: false, untold: .clean, ViewPart.state.name, audit: identity(ViewPart.audit.name))
    }

    /// The views are synced and nothing changes them; how the last run ended is yet to be told, unless it is `clean`.
    func markClean(untold: Stop = .clean) throws {
        try write(isClean: true, untold: untold, ViewPart.state.name, audit: identity(ViewPart.audit.name))
    }

    /// The same of what is about to become the state, without any audit.
    func markClean(untold: Stop, become name: String) throws {
        try write(isClean: true, untold: untold, name, audit: "none")
    }

    private func write(isClean: Bool, untold: Stop, _ state: String, audit: String) throws {
        var mark: Members = [
            "audit": .string(audit), "boot": bootID.map(JSON.string) ?? .null, "clean": .bool(isClean),
            "file": .string(identity(state)),
        ]
        if untold != .clean { mark.append("untold", .string(untold.rawValue)) }
        try folder.write(Self.fileName, JSON.object(mark).canonical)
    }
}
