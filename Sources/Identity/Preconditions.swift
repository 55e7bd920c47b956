import Wire

// What several decisions ask before they say yes.

extension Facts {
    /// A slug once used stays reserved, also after a rename or a deletion; its own holder may take it again.
    func requireFree<R: Resource>(slug: String, for id: Identifier<R>) throws {
        guard let holder = try holder(ofSlug: slug, among: R.self), holder != id else { return }
        throw Rejection(.conflict, "slug_taken", "Slug '\(slug)' is already taken")
    }
}

extension Versioned {
    /// `If-Match`: the write happens only to the version that the client has seen.
    func require(_ expected: UInt64?) throws(Rejection) {
        if let expected, expected != version { throw .versionMoved }
    }
}
