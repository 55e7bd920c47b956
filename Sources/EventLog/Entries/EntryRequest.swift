package import OpenSSL

/// The request behind an entry, as far as an entry may say it in clear.
package struct EntryRequest: Sendable, Equatable {
    /// A client's own key for a request that it may repeat, and what the request was: both as keyed hashes.
    package struct Idempotency: Sendable, Equatable {
        package var key: KeyedHash
        package var fingerprint: KeyedHash

        package init(key: KeyedHash, fingerprint: KeyedHash) {
            self.key = key
            self.fingerprint = fingerprint
        }
    }

    package static let traceBytesMax = 55
    package static let userAgentBytesMax = 256

    package var id: String
    /// The stable name of the endpoint: `tenants.update`.
    package var endpoint: String
    package var trace: String?
    /// In clear for a proven non-person in an activity entry only; else sealed.
    package var ip: String?
    package var userAgent: String?
    package var idempotency: Idempotency?

    package init(
        id: String,
        endpoint: String,
        trace: String? = nil,
        ip: String? = nil,
        userAgent: String? = nil,
        idempotency: Idempotency? = nil,
    ) {
        self.id = id
        self.endpoint = endpoint
        self.trace = trace
        self.ip = ip
        self.userAgent = userAgent
        self.idempotency = idempotency
    }
}

/// A keyed hash as entries write it: the name of the key, and the hash.
package struct KeyedHash: Sendable, Equatable {
    package var key: String
    package var mac: Digest

    package init(key: String, mac: Digest) {
        self.key = key
        self.mac = mac
    }
}
