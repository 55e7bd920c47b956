/// The members of a JSON object, in the order in which they were written.
///
/// No two have the same name. Names are told apart by their bytes, and found by looking at one after the other: objects
/// of ours are small, and of foreign ones only a few members are ever asked for.
package struct Members: Sendable, Equatable {
    package private(set) var entries: [(name: String, value: JSON)]

    package init() {
        entries = []
    }

    /// Members whose names the program chose.
    package init(_ entries: [(String, JSON)]) {
        self.init()
        self.entries.reserveCapacity(entries.count)
        for (name, value) in entries {
            append(name, value)
        }
    }

    /// Members whose names are known to differ, from a parser or a table: asking again would cost the square of their
    /// number.
    package init(distinct entries: [(name: String, value: JSON)]) {
        self.entries = entries
    }

    package var count: Int { entries.count }

    package var isEmpty: Bool { entries.isEmpty }

    /// The value of that name; a new name joins at the end, and nil removes.
    package subscript(_ name: String) -> JSON? {
        get {
            position(of: name).map { entries[$0].value }
        }
        set {
            switch (position(of: name), newValue) {
            case (let position?, let value?): entries[position].value = value
            case (let position?, nil): entries.remove(at: position)
            case (nil, let value?): entries.append((name, value))
            case (nil, nil): break
            }
        }
    }

    /// Adds a member whose name the program knows to be new; assign by name where it may be there already.
    package mutating func append(_ name: String, _ value: JSON) {
        precondition(position(of: name) == nil, "an object names each member once, or readers disagree about it")
        entries.append((name, value))
    }

    package static func == (left: Members, right: Members) -> Bool {
        left.entries.elementsEqual(right.entries) { $0.name.bytesEqual($1.name) && $0.value == $1.value }
    }

    private func position(of name: String) -> Int? {
        for place in entries.indices where entries[place].name.bytesEqual(name) { return place }
        return nil
    }
}

extension Members: Sequence {
    package func makeIterator() -> IndexingIterator<[(name: String, value: JSON)]> {
        entries.makeIterator()
    }
}

extension Members: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self.init(elements)
    }
}
