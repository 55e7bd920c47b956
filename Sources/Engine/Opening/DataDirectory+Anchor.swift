import EventLog
import Storage

// Where the anchor is belongs to the directory: a run that forgot it would find no checkpoint, and refuse to start.
extension DataDirectory {
    package static let anchorFileName = "anchor-location"

    /// The directory at a path, with its anchor where it is told, else where it was founded, else within.
    package static func found(at path: String, anchor: String?) throws -> DataDirectory {
        if let anchor { return DataDirectory(path: path, anchor: anchor) }
        // A directory that is not there yet remembers nothing.
        let file = try? SmallFiles(path: path, access: .readOnly).read(anchorFileName)
        let told = file.map { String(decoding: $0.prefix { $0 != 0x0A }, as: UTF8.self) }
        return DataDirectory(path: path, anchor: told)
    }

    /// The folder of the anchor, where there is a file system.
    package var anchorPath: String? {
        switch place {
        case .folder(_, let anchor): anchor
        case .simulated: nil
        }
    }

    /// Writes down an anchor that is not in the directory itself.
    func rememberAnchor(in top: SmallFiles) throws {
        guard let anchorPath else { return }
        guard anchorPath != path("anchor") else {
            try top.remove(Self.anchorFileName)
            return
        }
        try top.write(Self.anchorFileName, Array((anchorPath + "\n").utf8), mode: 0o600)
    }
}
