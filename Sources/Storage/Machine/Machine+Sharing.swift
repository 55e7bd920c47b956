import CLMDB
import Glibc

extension Machine {
    /// Whether others than this process' user and root may read, write or enter a file or folder; false where there is
    /// none.
    ///
    /// An access control list that names this user alone opens nothing to others, though its mask stands where a mode
    /// has the bits of the group: so systemd gives a service its credentials (`LoadCredential`, since version 254).
    package static func isOpenToOthers(_ path: String) throws(StorageError) -> Bool {
        var facts = stat()
        guard unsafe stat(path, &facts) == 0 else {
            if errno == ENOENT { return false }
            throw .fromSystem("look at \(path)")
        }
        guard let list = accessControlList(of: path) else { return facts.st_mode & 0o077 != 0 }
        return list.isOpenToOthers(than: geteuid())
    }

    private static func accessControlList(of path: String) -> AccessControlList? {
        var bytes = [UInt8](repeating: 0, count: 4 + 8 * AccessControlList.entriesMax)
        let count = unsafe bytes.withUnsafeMutableBytes {
            unsafe getxattr(path, "system.posix_acl_access", $0.baseAddress, $0.count)
        }
        return count > 0 ? AccessControlList(Array(bytes[..<count])) : nil
    }
}

/// The entries of a POSIX access control list, as Linux keeps it: acl(5), in the form of an extended attribute.
struct AccessControlList {
    static let entriesMax = 1_024

    private enum Tag: UInt16 {
        case owner = 0x01, user = 0x02, owningGroup = 0x04, group = 0x08, mask = 0x10, other = 0x20
    }

    private struct Entry {
        let tag: Tag
        let permissions: UInt16
        let id: UInt32
    }

    private let entries: [Entry]

    /// Nil for bytes that are no list of the second version.
    init?(_ bytes: [UInt8]) {
        let number = { (place: Int, count: Int) in
            (0..<count).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[place + $1]) }
        }
        guard bytes.count >= 4, bytes.count % 8 == 4, number(0, 4) == 2 else { return nil }
        var entries: [Entry] = []
        for place in stride(from: 4, to: bytes.count, by: 8) {
            guard let tag = Tag(rawValue: UInt16(number(place, 2))) else { return nil }
            entries.append(
                Entry(tag: tag, permissions: UInt16(number(place + 2, 2)), id: number(place + 4, 4))
            )
        }
        self.entries = entries
    }

    func isOpenToOthers(than user: UInt32) -> Bool {
        let mask = entries.first { $0.tag == .mask }?.permissions ?? 0o7
        return entries.contains { entry in
            switch entry.tag {
            case .owner, .mask: false
            case .user: entry.id != user && entry.permissions & mask != 0
            case .owningGroup, .group: entry.permissions & mask != 0
            case .other: entry.permissions != 0
            }
        }
    }
}
