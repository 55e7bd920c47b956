import Storage
import Wire

/// Whether the views on disk may be believed: they are not synced, so a machine that went down may have torn them.
///
/// They are trusted after a clean stop, or under the same boot, device and inode: then the pages of a process that died
/// are still with the operating system.
struct ViewTrust {
    static let fileName = "trust"

    enum Stop: String { case clean, process, machine }

    private let folder: SmallFiles
    private let bootID: String
    private let identity: String

    init(_ directory: DataDirectory, world: World) throws {
        folder = try directory.viewFiles()
        bootID = world.bootID()
        if let path = directory.path("views/data.mdb"), let file = try? Machine.fileIdentity(of: path) {
            identity = "\(file.device):\(file.inode)"
        } else {
            identity = "none"
        }
    }

    /// How the last run ended, as far as the views are concerned.
    func lastStop() throws -> Stop {
        guard let bytes = try folder.read(Self.fileName), let mark = try? JSON.parse(bytes, as: .canonical),
            mark["file"]?.text == identity
        else { return .machine }
        if mark["clean"]?.flag == true { return .clean }
        return mark["boot"]?.text == bootID ? .process : .machine
    }

    /// Views that were found damaged are not believed again, however the run ends.
    func forget() throws { try folder.remove(Self.fileName) }

    func mark(clean: Bool) throws {
        let mark: JSON = ["boot": .string(bootID), "clean": .bool(clean), "file": .string(identity)]
        try folder.write(Self.fileName, mark.canonical)
    }
}
