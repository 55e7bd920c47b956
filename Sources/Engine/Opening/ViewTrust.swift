import Storage
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
        /// How the views were left: after a machine's stop nothing of them is believed.
        let views: Stop
        /// How the last run ended that no entry tells of yet.
        ///
        /// Views that were made anew, or that a refused start left in order, are clean; what was before them is to be
        /// told all the same.
        let untold: Stop
    }

    private let folder: SmallFiles
    private let bootID: String?
    private let identity: String

    /// - Parameter views: the folder that they are in.
    init(
        _ directory: DataDirectory,
        views name: String = DataDirectory.viewsName,
        world: World,
        _ access: SmallFiles.Access = .readWrite,
    ) throws {
        folder = try directory.viewFiles(name, access)
        bootID = world.bootID()
        if let path = directory.path("\(name)/data.mdb"), let file = try? Machine.fileIdentity(of: path) {
            identity = "\(file.device):\(file.inode)"
        } else {
            identity = "none"
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

    func standing() throws -> Standing { try known() ?? Standing(views: .machine, untold: .machine) }

    private func known() throws -> Standing? {
        guard let bytes = try folder.read(Self.fileName), let mark = try? JSON.parse(bytes, as: .canonical),
            mark["file"]?.text == identity
        else { return nil }
        if mark["clean"]?.flag == true {
            return Standing(views: .clean, untold: mark["untold"]?.text.flatMap(Stop.init) ?? .clean)
        }
        // A boot that is not known is no other one, and not this one either.
        let stop: Stop = bootID.map { mark["boot"]?.text == $0 } ?? false ? .process : .machine
        return Standing(views: stop, untold: stop)
    }

    /// Views that were found damaged are not believed again, however the run ends.
    func forget() throws { try folder.remove(Self.fileName) }

    /// A run has begun to change the views.
    func markInUse() throws { try write(isClean: false, untold: .clean) }

    /// The views are synced and nothing changes them; how the last run ended is yet to be told, unless it is `clean`.
    func markClean(untold: Stop = .clean) throws { try write(isClean: true, untold: untold) }

    private func write(isClean: Bool, untold: Stop) throws {
        var mark: Members = [
            "boot": bootID.map(JSON.string) ?? .null, "clean": .bool(isClean), "file": .string(identity),
        ]
        if untold != .clean { mark.append("untold", .string(untold.rawValue)) }
        try folder.write(Self.fileName, JSON.object(mark).canonical)
    }
}
