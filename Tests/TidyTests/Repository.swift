import Glibc
import Programs
import Storage
import Testing

/// The repository as it lies on the disk.
enum Repository {
    private static let path = Programs.project

    /// Every file of code, tests and tools.
    static func files() throws -> [SourceFile] { try everything.get() }

    /// Read once for all rules.
    private static let everything = Result {
        try ["Sources", "Tests", "Tools"].flatMap(files(below:))
            + [try readme()]
    }

    private static func readme() throws -> SourceFile {
        let bytes = try SmallFiles(path: path, access: .readOnly).read("README.md") ?? []
        return SourceFile(path: "README.md", text: String(decoding: bytes, as: UTF8.self))
    }

    static func files(below folder: String) throws -> [SourceFile] {
        var files: [SourceFile] = []
        let folderFiles = try SmallFiles(path: "\(path)/\(folder)", access: .readOnly)
        for name in try folderFiles.list() where isText(name) {
            let bytes = try #require(try folderFiles.read(name))
            files.append(SourceFile(path: "\(folder)/\(name)", text: String(decoding: bytes, as: UTF8.self)))
        }
        for name in try folders(in: folder) { files += try Self.files(below: "\(folder)/\(name)") }
        return files
    }

    /// The names in a folder, hidden ones left out.
    static func names(in folder: String) throws -> [String] {
        try SmallFiles(path: "\(path)/\(folder)", access: .readOnly).list().filter { !$0.hasPrefix(".") }
            + folders(in: folder)
    }

    static func folders(in folder: String) throws -> [String] {
        guard let listing = unsafe opendir("\(path)/\(folder)") else {
            throw StorageError(.notFound, "list \(folder)", code: errno)
        }
        defer { unsafe closedir(listing) }
        var names: [String] = []
        while let entry = unsafe readdir(listing) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard unsafe Int(entry.pointee.d_type) == DT_DIR, !name.hasPrefix("."), name != "__pycache__" else {
                continue
            }
            names.append(name)
        }
        return names.sorted()
    }

    private static func isText(_ name: String) -> Bool {
        !name.hasPrefix(".") && !name.hasSuffix(".pyc")
    }
}
