import COpenSSL

/// A key made ready to sign SHA-256 digests, by as many threads at once as care to.
///
/// OpenSSL's signing contexts belong to one thread at a time, so each signature takes a copy of a prepared one. That
/// costs less than preparing anew and needs no lock: two threads sign twice as often as one.
final class PreparedSigner: Sendable {
    private let context: PreparedContext

    /// The longest signature this key makes.
    let signatureBytesMax: Int

    init(_ key: KeyHandle, padding: Int32?) throws(CryptoFault) {
        context = unsafe try PreparedContext(key, padding, EVP_PKEY_sign_init)
        signatureBytesMax = Int(unsafe EVP_PKEY_get_size(key.pointer))
    }

    /// The signature as OpenSSL writes it: for ECDSA that is DER.
    func sign(_ digest: Digest) throws(CryptoFault) -> [UInt8] {
        guard let context = unsafe EVP_PKEY_CTX_dup(context.pointer) else { throw .queued("sign") }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        let signature = unsafe [UInt8](unsafeUninitializedCapacity: signatureBytesMax) { buffer, filled in
            var count = buffer.count
            let done = unsafe digest.withUnsafeBytes {
                unsafe EVP_PKEY_sign(context, buffer.baseAddress, &count, $0.baseAddress, $0.count)
            }
            filled = done == 1 ? count : 0
        }
        guard !signature.isEmpty else { throw .queued("sign") }
        return signature
    }
}

/// A key made ready to check signatures of SHA-256 digests; a public half is enough.
final class PreparedVerifier: Sendable {
    private let context: PreparedContext

    init(_ key: KeyHandle, padding: Int32?) throws(CryptoFault) {
        context = unsafe try PreparedContext(key, padding, EVP_PKEY_verify_init)
    }

    /// - Parameter signature: as OpenSSL writes it: for ECDSA that is DER.
    func verify(_ signature: [UInt8], of digest: Digest) -> Bool {
        guard let context = unsafe EVP_PKEY_CTX_dup(context.pointer) else { return false }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        let result = unsafe digest.withUnsafeBytes {
            unsafe EVP_PKEY_verify(context, signature, signature.count, $0.baseAddress, $0.count)
        }
        // What a wrong signature queues must not turn up as the reason of a later fault on this thread.
        if result != 1 { ERR_clear_error() }
        return result == 1
    }
}

/// A context that never signs or checks, and is only copied.
@safe private final class PreparedContext: Sendable {
    /// A raw pointer is not Sendable by itself; this one may be.
    ///
    /// EVP_PKEY_CTX_dup reads its argument and counts references atomically, and nothing writes to the context after
    /// `init`. That makes it safe to share; `deinit` frees it when nobody does.
    nonisolated(unsafe) let pointer: OpaquePointer

    init(
        _ key: KeyHandle,
        _ padding: Int32?,
        _ initialize: (OpaquePointer?) -> Int32,
    ) throws(CryptoFault) {
        // It holds a reference to the key, which thus outlives it.
        guard let context = unsafe EVP_PKEY_CTX_new_from_pkey(nil, key.pointer, nil) else {
            throw .queued("prepare a signing key")
        }
        var ready = unsafe initialize(context) == 1
        if let padding { ready = unsafe ready && EVP_PKEY_CTX_set_rsa_padding(context, padding) == 1 }
        ready = unsafe ready && EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1
        guard ready else {
            unsafe EVP_PKEY_CTX_free(context)
            throw .queued("prepare a signing key")
        }
        unsafe pointer = unsafe context
    }

    deinit {
        unsafe EVP_PKEY_CTX_free(pointer)
    }
}
