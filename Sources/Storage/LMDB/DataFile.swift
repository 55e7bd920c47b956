import Glibc

/// The file of an environment, looked at before it is mapped.
///
/// Reading a mapped page that lies behind the end of the file kills the process (SIGBUS). LMDB itself leaves trailing
/// pages unwritten, and a file may have been cut. So the file is first made as long as its newest meta page says; the
/// missing pages then read as zeros, which LMDB reports as damage.
enum DataFile {
    static let name = "data.mdb"

    static func coverLastPage(of path: String, access: Environment.Access) throws(StorageError) {
        let file = unsafe open(path, (access == .readWrite ? O_RDWR : O_RDONLY) | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return }  // A new environment; or LMDB says what is missing.
            throw .fromSystem("open \(path)")
        }
        defer { close(file) }
        let present = try size(of: file, path)
        guard let needed = try bytesNeeded(file, path), needed > present else { return }
        guard needed - present <= missingBytesMax else {
            throw StorageError(.corrupted, "open \(path), which lacks \(needed - present) bytes of its pages")
        }
        try extend(path, to: needed)
    }

    static func size(of file: Int32, _ path: String) throws(StorageError) -> Int {
        var facts = stat()
        guard unsafe fstat(file, &facts) == 0 else { throw .fromSystem("measure \(path)") }
        return Int(facts.st_size)
    }

    /// Lengthens by allocating only the last byte: unlike `ftruncate`, this can never shorten a file that a live writer
    /// has meanwhile made longer.
    ///
    /// The rest stays sparse.
    private static func extend(_ path: String, to bytes: Int) throws(StorageError) {
        let file = unsafe open(path, O_RDWR | O_CLOEXEC)
        guard file >= 0 else {
            throw StorageError(.corrupted, "open \(path), which is shorter than its pages and cannot be extended")
        }
        defer { close(file) }
        let code = posix_fallocate(file, bytes - 1, 1)
        guard code == 0 else { throw StorageError(code: code, "extend \(path)") }
    }

    /// Reads both meta pages, as LMDB 0.9 lays them out on 64-bit machines; nil when they are not valid, which is left
    /// to LMDB to report.
    private static func bytesNeeded(_ file: Int32, _ path: String) throws(StorageError) -> Int? {
        guard let first = try meta(file, at: 0, path),
            let second = try meta(file, at: first.pageBytes, path)
        else { return nil }
        let newest = first.transaction > second.transaction ? first : second
        let (needed, overflows) = (newest.lastPage &+ 1).multipliedReportingOverflow(by: UInt64(first.pageBytes))
        return overflows ? .max : Int(clamping: needed)
    }

    /// What LMDB leaves unwritten at the end was allocated by one transaction, far less than this.
    ///
    /// A file that lacks more has a damaged meta page, which must not make it one of absurd length.
    private static let missingBytesMax = 1 << 30

    private struct Meta {
        let pageBytes: Int
        let lastPage: UInt64
        let transaction: UInt64
    }

    private static func meta(_ file: Int32, at offset: Int, _ path: String) throws(StorageError) -> Meta? {
        var bytes = [UInt8](repeating: 0, count: 152)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(file, $0.baseAddress, $0.count, offset) }
        guard count >= 0 else { throw .fromSystem("read \(path)") }
        guard count == bytes.count, number(bytes, 16, 4) == 0xBEEF_C0DE, number(bytes, 20, 4) == 1 else { return nil }
        let pageBytes = Int(number(bytes, 40, 4))
        guard (512...65_536).contains(pageBytes) else { return nil }
        return Meta(pageBytes: pageBytes, lastPage: number(bytes, 136, 8), transaction: number(bytes, 144, 8))
    }

    /// A little-endian number: the meta page is in the byte order of its machine, and Swift runs on no other.
    private static func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
        bytes[offset..<offset + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
