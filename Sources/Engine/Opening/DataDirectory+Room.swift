package import Storage

// How much room there is for the ledger, and the part of it that is put by for the day when there is none.
extension DataDirectory {
    /// The room on the fullest disk that commits write to; `nil` where nobody can tell.
    ///
    /// Ledger, views and keys may each lie on a disk of their own, and a commit fails for want of room on any of them.
    package var space: Machine.DiskSpace? {
        switch place {
        case .folder(let path, _):
            ["ledger", "views", "keys"].compactMap { try? Machine.diskSpace(at: "\(path)/\($0)") }
                .min { $0.freeBytes < $1.freeBytes }
        case .simulated(let disk): disk.space
        }
    }

    /// Makes the reserve again where an operator deleted it to get room, now that there is some.
    func keepReserve() throws {
        guard let path = path(Self.reserveName), !FolderMoves.exists(path) else { return }
        try top().write(Self.reserveName, [UInt8](repeating: 0, count: Self.reserveBytes))
    }
}
