import Glibc
import Storage
import Testing

/// What the numbers of the operating system mean to whoever has to go on.
struct ErrorTests {
    @Test(
        arguments: [
            (ENOSPC, .full), (EDQUOT, .full), (EFBIG, .full), (EIO, .io), (EROFS, .readOnly), (ENOENT, .notFound),
            (EACCES, .notPermitted), (EPERM, .notPermitted), (EINTR, .system),
        ] as [(Int32, StorageError.Kind)]
    )
    func `a number has its kind`(code: Int32, kind: StorageError.Kind) {
        let error = StorageError(code: code, "try")
        #expect(error.kind == kind && error.code == code)
    }

    /// A commit may come to it, and then nobody knows whether it was kept: our own `busy` promises that nothing was.
    @Test func `that the system is busy is no promise that nothing was done`() {
        let error = StorageError(code: EBUSY, "commit")
        #expect(error.kind == .system)
        #expect(!error.isPassing)
        #expect(StorageError(.busy, "grow").isPassing)
    }
}
