package import Storage

// How much space there is for the ledger, and the part of it that is put by for the day when there is none.
extension DataDirectory {
    /// The space of each disk that commits write to, as far as the system tells.
    ///
    /// Ledger, views and keys may each lie on a disk of their own, and a commit fails for want of free space on any of
    /// them. The one of which most is used need not be the one with the least free space: a small disk has little when
    /// it is empty.
    package var spaces: [Machine.DiskSpace] {
        switch place {
        case .folder(let path, _):
            ["ledger", "views", "keys"].compactMap { try? Machine.diskSpace(at: "\(path)/\($0)") }
        case .simulated(let disk): disk.spaces
        }
    }

    /// Makes the reserve again where an operator deleted it to get free space, now that there is some.
    func restoreReserve() throws {
        guard let path = path(Self.reserveName), !FolderMoves.exists(path) else { return }
        try top().write(Self.reserveName, [UInt8](repeating: 0, count: Self.reserveBytes))
    }
}
