import CLMDB
import Glibc
import Synchronization

extension MappedEnvironment {
    func grow(toBytes bytes: Int) throws(StorageError) {
        let wanted = Environment.Options.wholeBlocks(bytes)
        guard wanted > mapBytes else { return }
        try Self.checkAddressSpace(wanted)
        try remap(to: wanted, "grow \(path)")
    }

    /// Takes over the size to which another process has grown the map.
    func adoptMap() throws(StorageError) {
        try remap(to: 0, "follow the growth of \(path)")
    }

    private func remap(to bytes: Int, _ operation: String) throws(StorageError) {
        try gate.alone(operation) { () throws(StorageError) in
            let isWriting = state.withLock { $0.writer != nil }
            guard !isWriting else { throw StorageError(.busy, "\(operation) with a write transaction open") }
            let code = unsafe mdb_env_set_mapsize(handle, bytes)
            guard code == MDB_SUCCESS else {
                state.withLock { $0.isUnmapped = true }
                throw StorageError(code: code, operation)
            }
        }
    }

    /// LMDB gives the old map up before it asks for the new one; a refusal then would leave none.
    ///
    /// So this asks before.
    private static func checkAddressSpace(_ bytes: Int) throws(StorageError) {
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        guard let place = unsafe mmap(nil, bytes, PROT_NONE, flags, -1, 0), unsafe place != MAP_FAILED else {
            throw .fromSystem("find \(bytes) bytes of address space")
        }
        unsafe munmap(place, bytes)
    }

    /// LMDB looks this up in the map, so the map must stand still.
    var mapBytes: Int {
        guard (try? gate.enter()) != nil else { return 0 }
        defer { gate.leave() }
        var facts = unsafe MDB_envinfo()
        unsafe mdb_env_info(handle, &facts)
        return unsafe facts.me_mapsize
    }

    var sizeBytes: Int {
        var file: Int32 = -1
        unsafe mdb_env_get_fd(handle, &file)
        return (try? DataFile.size(of: file, path)) ?? 0
    }

    func copy(to target: String, compacting: Bool) throws(StorageError) {
        let operation = "copy \(path) to \(target)"
        guard state.withLock({ $0.writer != pthread_self() }) else { throw StorageError(.busy, operation) }
        try RealFolder.make(target)
        try gate.enter()
        defer { gate.leave() }
        try Self.check(unsafe mdb_env_copy2(handle, target, compacting ? UInt32(MDB_CP_COMPACT) : 0), operation)
        try RealFolder(path: target, isMade: false).sealCopy(DataFile.name)
    }
}
