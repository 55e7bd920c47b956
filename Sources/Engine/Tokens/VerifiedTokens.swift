import OpenSSL
import Synchronization

/// Tokens whose signature was found to hold lately: a client shows the same one again and again, and the answer of the
/// mathematics never changes.
///
/// A token is known by the digest of all its bytes, its signature included. What can change is asked every time:
/// whether its key is still published, whether it has expired, whether it stands. Each key ring begins with none, so
/// the tokens of a key go with it.
final class VerifiedTokens: Sendable {
    static let tokensMax = 4_096

    private let tokens = Mutex<[Digest: AccessToken]>([:])

    func token(_ digest: Digest) -> AccessToken? { tokens.withLock { $0[digest] } }

    func remember(_ token: AccessToken, _ digest: Digest) {
        tokens.withLock { tokens in
            // Starting over is simpler than knowing what is oldest, and costs each token one verification.
            if tokens.count >= Self.tokensMax { tokens.removeAll(keepingCapacity: true) }
            tokens[digest] = token
        }
    }
}
