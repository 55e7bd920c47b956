import Identity
import OpenSSL
import Wire

/// An edge from a container to one of its members, and the rows that tell of it.
///
/// Both ends have a row. The member's says when the edge was there. The container's says when it was there with a
/// member that was not deleted, so that a list of members skips nobody and its total is kept.
struct Edge {
    let relation: String
    let from: String
    let to: String

    /// The members of a kind that a container has, in the order of their creation.
    static func members(_ relation: String, of container: String, _ noun: String) -> FacetSet {
        FacetSet(edges: relation, container, noun)
    }

    /// The containers that a member is in, in the order of their creation.
    static func containers(_ relation: String, of member: String) -> FacetSet {
        FacetSet(edges: relation, member, "<")
    }

    /// The stream of its entries: 16 bytes of SHA-256 over relation, 0, from, 0, to.
    static func stream(_ prefix: String, _ relation: String, from: String, to: String) -> String {
        let digest = SHA256Hash.hash(Array(relation.utf8), [0], Array(from.utf8), [0], Array(to.utf8))
        return prefix + "_" + Base64URL.encode(Array(digest.bytes.prefix(16)))
    }
}

extension FacetSet {
    /// The rows of edges never forget a boundary: what overflows stands in rows of its own.
    init(edges relation: String, _ end: String, _ others: String) {
        key = Array(relation.utf8) + [0] + Array(end.utf8) + [0] + Array(others.utf8)
        isOfEdges = true
    }
}
