package import Storage

extension KeyStore {
    /// Removes what an interrupted founding left of its keys; the key-encryption key stays.
    ///
    /// Only where no entry was ever written, so nothing is sealed with them.
    package static func removeUnfounded(in folder: SmallFiles) throws {
        for name in try folder.list() where EpochKey.number(name) != nil || KeyBundle.number(name) != nil {
            try folder.destroy(name)
        }
    }
}
