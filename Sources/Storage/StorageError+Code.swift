import CLMDB
import Glibc

extension StorageError {
    /// Reads the number that LMDB or the operating system returned.
    package init(code: Int32, _ operation: String) {
        self.init(Self.kind(of: code), operation, code: code)
    }

    /// Reads `errno`, which is only meaningful directly behind the call that failed.
    static func fromSystem(_ operation: String) -> StorageError {
        StorageError(code: errno, operation)
    }

    private static func kind(of code: Int32) -> Kind {
        switch code {
        case ENOSPC, EDQUOT, EFBIG: .full
        case MDB_MAP_FULL: .mapFull
        case EIO: .io
        case MDB_CORRUPTED, MDB_PAGE_NOTFOUND, MDB_INVALID, MDB_VERSION_MISMATCH, MDB_INCOMPATIBLE: .corrupted
        case MDB_PANIC: .panic
        case MDB_READERS_FULL: .readersFull
        case EROFS: .readOnly
        case ENOENT, MDB_NOTFOUND: .notFound
        case EACCES, EPERM: .notPermitted
        case MDB_KEYEXIST: .outOfOrder
        case MDB_DBS_FULL: .invalid("more tables than Options.tablesMax")
        case MDB_TXN_FULL: .invalid("the transaction has changed too many pages")
        case MDB_BAD_TXN: .invalid("the transaction failed earlier and can only be given up")
        case MDB_BAD_VALSIZE: .invalid("a key or a value of a size that cannot be stored")
        case MDB_BAD_DBI: .invalid("a table of another environment")
        default: .system
        }
    }
}

extension StorageError: CustomStringConvertible {
    package var description: String {
        switch kind {
        case .invalid(let reason): "\(operation): \(reason)"
        case .locked(.some(let holder)): "\(operation): held by process \(holder)"
        case .locked(.none): "\(operation): held by another process"
        case .full, .mapFull, .io, .corrupted, .panic, .readersFull, .tookTooLong, .readOnly, .notFound, .notPermitted,
            .outOfOrder,
            .busy, .system:
            "\(operation): \(reason)"
        }
    }

    /// LMDB's words for its own numbers, the system's for the rest, and ours where there is no number.
    private var reason: String {
        code == 0 ? "\(kind)" : "\(unsafe String(cString: mdb_strerror(code))) (\(code))"
    }
}
