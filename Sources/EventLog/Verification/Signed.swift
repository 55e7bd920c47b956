import OpenSSL

/// What the anchor says about the ledger.
struct Signed {
    /// Whether there was an anchor that could be read.
    var isAsked: Bool
    var note: SignedNote?
    var checkpoint: Checkpoint?
    var head: Anchor.HeadHint?
}
