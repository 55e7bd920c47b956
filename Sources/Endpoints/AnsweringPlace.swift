/// The place of one request among those that are being answered, of which there are only so many.
///
/// A request that waits for something else than the server gives it up for so long.
package protocol AnsweringPlace: Sendable {
    func leave()
    /// - Returns: whether there was one again; else the request is not answered now.
    func enter() -> Bool
}
