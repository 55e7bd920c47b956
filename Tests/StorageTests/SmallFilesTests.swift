import Glibc
import Storage
import Testing

struct SmallFilesTests {
    @Test(arguments: Medium.allCases)
    func `a file is written, replaced, listed and removed`(medium: Medium) throws {
        let files = try Place(medium).smallFiles()
        #expect(try files.read("head") == nil)
        #expect(try files.list() == [])
        try files.write("head", [1, 2, 3])
        try files.write("epoch-2", [], mode: 0o644)
        try files.write("Epoch", [9])
        #expect(try files.read("head") == [1, 2, 3])
        #expect(try files.read("epoch-2") == [])
        #expect(try !files.isOpenToOthers("head"))
        #expect(try files.isOpenToOthers("epoch-2"))
        #expect(try !files.isOpenToOthers("absent"))
        #expect(try files.list() == ["Epoch", "epoch-2", "head"])
        try files.write("head", [4])
        #expect(try files.read("head") == [4])
        #expect(try files.remove("head"))
        #expect(try !files.remove("head"))
        #expect(try files.list() == ["Epoch", "epoch-2"])
    }

    @Test(arguments: Medium.allCases)
    func `some of a file is read where it lies, and less where it ends`(medium: Medium) throws {
        let files = try Place(medium).smallFiles()
        try files.write("keys", [1, 2, 3, 4])
        #expect(try files.read("keys", from: 1, count: 2) == [2, 3])
        #expect(try files.read("keys", from: 3, count: 9) == [4])
        #expect(try files.read("keys", from: 4, count: 1) == [])
        #expect(try files.read("absent", from: 0, count: 1) == nil)
    }

    @Test(arguments: Medium.allCases)
    func `an unsynced write makes the file, lengthens it and shortens it`(medium: Medium) throws {
        let files = try Place(medium).smallFiles()
        for bytes: [UInt8] in [[1, 2], [3, 4, 5, 6], [7]] {
            try files.writeUnsynced("head", bytes)
            #expect(try files.read("head") == bytes)
        }
        #expect(try !files.isOpenToOthers("head"))
    }

    @Test(arguments: Medium.allCases)
    func `a key is overwritten where it lies, and destroyed`(medium: Medium) throws {
        let files = try Place(medium).smallFiles()
        try files.write("key", [1, 2, 3, 4])
        try files.overwrite("key", [9, 9])
        #expect(try files.read("key") == [9, 9])
        try files.overwrite("key", [8, 8, 8])
        #expect(try files.read("key") == [8, 8, 8])
        #expect(refusal { try files.overwrite("absent", [1]) } == .notFound)
        #expect(try files.destroy("key"))
        #expect(try !files.destroy("key"))
        #expect(try files.list() == [])
    }

    @Test func `destroying reaches the blocks of the file itself`() throws {
        let place = try Place(.fileSystem)
        let files = try place.smallFiles()
        try files.write("key", [1, 2, 3, 4])
        try #require(unsafe link("\(place.path)/keys/key", "\(place.path)/keys/other-name") == 0)
        try files.destroy("key")
        #expect(try files.read("other-name") == [0, 0, 0, 0])
    }

    static let wrongNames = ["", ".", "..", "a/b", ".hidden", "/", String(repeating: "x", count: 201), "a\0b"]

    @Test(arguments: Medium.allCases, wrongNames)
    func `names that could leave the folder or hide in it are refused`(medium: Medium, name: String) throws {
        let files = try Place(medium).smallFiles()
        #expect(throws: StorageError.self) { try files.write(name, []) }
        #expect(throws: StorageError.self) { _ = try files.read(name) }
        #expect(throws: StorageError.self) { try files.remove(name) }
        try files.write(String(repeating: "x", count: SmallFiles.nameBytesMax), [1])
    }

    @Test(arguments: Medium.allCases)
    func `what is too large is refused`(medium: Medium) throws {
        let files = try Place(medium).smallFiles()
        let bytes = [UInt8](repeating: 1, count: SmallFiles.bytesMax)
        try files.write("large", bytes)
        #expect(try files.read("large")?.count == bytes.count)
        #expect(throws: StorageError.self) { try files.write("large", bytes + [1]) }
    }

    @Test(arguments: Medium.allCases)
    func `reading only makes and changes nothing`(medium: Medium) throws {
        let place = try Place(medium)
        #expect(refusal { _ = try place.smallFiles("keys", .readOnly) } == .notFound)
        try place.smallFiles().write("key", [1])
        let reader = try place.smallFiles("keys", .readOnly)
        #expect(try reader.read("key") == [1])
        #expect(refusal { try reader.write("key", [2]) } == .readOnly)
        #expect(refusal { try reader.remove("key") } == .readOnly)
        #expect(refusal { try reader.destroy("key") } == .readOnly)
        #expect(refusal { try reader.overwrite("key", [2]) } == .readOnly)
        #expect(refusal { try reader.writeUnsynced("key", [2]) } == .readOnly)
    }

    @Test(arguments: Medium.allCases)
    func `writing beside another user makes no folder and sweeps nothing`(medium: Medium) throws {
        let place = try Place(medium)
        #expect(refusal { _ = try place.smallFiles("keys", .beside) } == .notFound)
        _ = try place.smallFiles()
        let beside = try place.smallFiles("keys", .beside)
        try beside.write("key", [1])
        #expect(try place.smallFiles("keys", .readOnly).read("key") == [1])
    }

    @Test func `a leftover of an interrupted write is ignored and swept, wiped before`() throws {
        let place = try Place(.fileSystem)
        try place.smallFiles().write("key", [1])
        let leftover = "\(place.path)/keys/.key.1.tmp"
        let file = unsafe open(leftover, O_WRONLY | O_CREAT, 0o600)
        try #require(unsafe write(file, "half", 4) == 4)
        close(file)
        try #require(unsafe link(leftover, "\(place.path)/keys/witness") == 0)
        try #require(unsafe mkdir("\(place.path)/keys/folder", 0o700) == 0)

        for access: SmallFiles.Access in [.readOnly, .beside] {
            #expect(try place.smallFiles("keys", access).list() == ["key", "witness"])
        }
        #expect(unsafe access(leftover, F_OK) == 0)
        #expect(try place.smallFiles().list() == ["key", "witness"])
        #expect(unsafe access(leftover, F_OK) != 0)
        #expect(try place.smallFiles().read("witness") == [0, 0, 0, 0])
    }
}
