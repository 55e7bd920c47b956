import Wire

// What several decisions ask before they say yes.

extension Facts {
    /// A slug once used stays reserved, also after a rename or a deletion; its own holder may take it again.
    func requireFreeSlug<R: Resource>(of changes: Changes<R>, for id: Identifier<R>) throws {
        guard let slug = changes.newSlug, let holder = try holder(ofSlug: slug, among: R.self), holder != id
        else { return }
        throw Rejection(.conflict, "slug_taken", "Slug '\(slug)' is already taken", holder: holder.text)
    }

    /// What must be unique is free, or held by nobody who lives there.
    func requireFree<R: Resource>(
        _ texts: [(field: Field<R>, text: String)],
        for id: Identifier<R>,
        in place: Place,
    ) throws {
        for (field, text) in texts {
            for holder in try holders(of: text, in: field, place) where holder != id {
                guard let other = try resource(holder), other.state.life == .living else { continue }
                let words = field.name.replacing("_", with: " ")
                throw Rejection(
                    .conflict,
                    "\(field.name)_taken",
                    "This \(words) is taken by another \(R.noun)",
                    holder: holder.text
                )
            }
        }
    }

    /// An identifier names one thing for ever; those in digits are few enough to meet.
    func requireUnused<R: Resource>(_ id: Identifier<R>) throws {
        guard try resource(id) != nil else { return }
        let message = "The identifier \(id) is taken; try again"
        throw Rejection(.conflict, Rejection.identifierTaken, message, holder: id.text)
    }

    /// Nothing is put where nothing can be used.
    func requireActive(_ place: Place) throws {
        switch place {
        case .platform: break
        case .partner(let id): _ = try active(id)
        case .tenant(let id): try requireActive(active(id).place)
        }
    }
}

extension Versioned {
    /// `If-Match`: the write happens only to the version that the client has seen.
    func require(_ expected: UInt64?) throws(Rejection) {
        if let expected, expected != version { throw .versionMoved }
    }

    /// A place with something in it is deleted only together with that.
    func requireEmpty(_ facts: some Facts) throws {
        guard R.isPlace != nil else { return }
        let counts = try Kind.allCases.map { try $0.accept(ContentsCount(place: chain, facts: facts)) }
        let contents = counts.filter { $0.count > 0 }.map { "\($0.count) \($0.noun)\($0.count == 1 ? "" : "s")" }
        guard !contents.isEmpty else { return }
        let all =
            contents.count == 1
            ? contents[0] : contents.dropLast().joined(separator: ", ") + " and " + contents[contents.count - 1]
        let noun = R.noun.prefix(1).uppercased() + R.noun.dropFirst()
        throw Rejection(
            .conflict,
            "\(R.noun)_not_empty",
            "\(noun) has \(all); delete them first or send cascade=true"
        )
    }
}

/// How many of a kind stand in a place.
private struct ContentsCount<F: Facts>: KindVisitor {
    let place: Place
    let facts: F

    func visit<R: Resource>(_ kind: R.Type) throws -> (count: Int, noun: String) {
        guard !R.isPart, !R.isCredential, R.standsIn.contains(place.level) else { return (0, R.noun) }
        return (try facts.count(R.self, in: place), R.noun.replacing("_", with: " "))
    }
}
