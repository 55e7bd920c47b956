package import Storage

// How much room there is for the ledger, and the part of it that is put by for the day when there is none.
extension DataDirectory {
    /// The room on the disk that the ledger lies on; `nil` where nobody can tell.
    package var space: Machine.DiskSpace? {
        switch place {
        case .folder(let path, _): try? Machine.diskSpace(at: "\(path)/ledger")
        case .simulated(let disk): disk.space
        }
    }

    /// Makes the reserve again where an operator deleted it to get room, now that there is some.
    func keepReserve() throws {
        guard let path = path(Self.reserveName), !FolderMoves.exists(path) else { return }
        try top().write(Self.reserveName, [UInt8](repeating: 0, count: Self.reserveBytes))
    }
}
