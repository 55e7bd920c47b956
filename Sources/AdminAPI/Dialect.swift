import Endpoints
import Engine
import Identity
import Wire

/// How answers and refusals are written for one kind of client: envelopes, names of members, errors, content types.
///
/// An operation knows none of them, so a further dialect is a further file.
protocol Dialect: Sendable {
    /// - Throws: what kept something sealed from being opened.
    func response(_ answer: Answer) throws -> Response
    func response(_ refusal: Refusal) -> Response
    func response(_ fault: BodyFault) -> Response
}

extension Response {
    /// The index that a reader must have seen to see what this answer tells (decision 27 of the contract).
    func at(_ index: UInt64) -> Self { adding("muniment-index", "\(index)") }
}
