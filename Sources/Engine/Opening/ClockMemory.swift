import Storage
import Wire

/// How the wall clock stood to the clock since boot when writes were last taken, so that a restart forgets no jump.
///
/// It lies beside the format and not with the views, which are made anew at times. A copy of the directory on another
/// machine has another boot, and is compared with nothing.
struct ClockMemory {
    static let fileName = "clock"

    struct Kept {
        /// Wall minus boot clock, in microseconds.
        let offset: Int64
        let isOfThisBoot: Bool
        /// Whether writes were refused since, because the clock had left this offset.
        let isRefused: Bool
    }

    private let folder: SmallFiles
    private let bootID: String?

    init(_ directory: DataDirectory, world: World) throws {
        folder = try directory.top()
        bootID = world.bootID()
    }

    /// - Returns: `nil` when no start has kept anything yet.
    func kept() throws -> Kept? {
        guard let bytes = try folder.read(Self.fileName), let mark = try? JSON.parse(bytes, as: .canonical),
            let offset = mark["offset"]?.number
        else { return nil }
        return Kept(
            offset: offset,
            isOfThisBoot: bootID.map { mark["boot"]?.text == $0 } ?? false,
            isRefused: mark["refused"]?.flag == true
        )
    }

    func store(_ offset: Int64, isRefused: Bool = false) throws {
        let mark: JSON = [
            "boot": bootID.map(JSON.string) ?? .null, "offset": .integer(clamping: offset), "refused": .bool(isRefused),
        ]
        try folder.write(Self.fileName, mark.canonical)
    }
}
