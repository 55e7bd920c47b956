import COpenSSL

/// An envelope that hides its content and shows any change to it: AES-256 in Galois/Counter Mode (NIST SP 800-38D).
///
/// The caller answers for the nonce: under one key none may be used twice, or both envelopes lie open.
package enum AES256GCM {
    package static let keyBytes = 32
    package static let nonceBytes = 12
    package static let tagBytes = 16

    /// The most that one envelope holds; OpenSSL counts in 32 bits, and nothing here comes near.
    package static let plaintextBytesMax = 1 << 30

    /// Encrypts the plaintext, and authenticates it together with data that stays outside; the tag comes last.
    package static func seal(_ plaintext: [UInt8], key: [UInt8], nonce: [UInt8], aad: [UInt8]) -> [UInt8] {
        check(key: key, nonce: nonce, aad: aad)
        precondition(plaintext.count <= plaintextBytesMax, "what is sealed is bounded long before it comes here")
        let context = unsafe makeContext()
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        let capacity = plaintext.count + tagBytes
        return unsafe [UInt8](unsafeUninitializedCapacity: capacity) { sealed, count in
            guard let start = sealed.baseAddress else { return }
            let tag = unsafe start + plaintext.count
            var written: Int32 = 0
            let done =
                unsafe EVP_EncryptInit_ex2(context, cipher, key, nonce, nil) == 1
                && EVP_EncryptUpdate(context, nil, &written, aad, Int32(aad.count)) == 1
                && EVP_EncryptUpdate(context, start, &written, plaintext, Int32(plaintext.count)) == 1
                && EVP_EncryptFinal_ex(context, tag, &written) == 1
                && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tagBytes), tag) == 1
            precondition(done, "with sizes checked above, AES-GCM fails only for want of memory")
            count = capacity
        }
    }

    /// The plaintext, or nil when key, nonce, data or envelope are not those of the sealing.
    package static func open(_ sealed: [UInt8], key: [UInt8], nonce: [UInt8], aad: [UInt8]) -> [UInt8]? {
        check(key: key, nonce: nonce, aad: aad)
        guard sealed.count >= tagBytes, sealed.count <= plaintextBytesMax + tagBytes else { return nil }
        let context = unsafe makeContext()
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        let plaintextCount = sealed.count - tagBytes
        var tag = [UInt8](sealed[plaintextCount...])
        var genuine = false
        // One byte more than needed, so that an empty plaintext has an address to write nothing to.
        var plaintext = unsafe [UInt8](unsafeUninitializedCapacity: plaintextCount + 1) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            var written: Int32 = 0
            genuine =
                unsafe EVP_DecryptInit_ex2(context, cipher, key, nonce, nil) == 1
                && EVP_DecryptUpdate(context, nil, &written, aad, Int32(aad.count)) == 1
                && EVP_DecryptUpdate(context, start, &written, sealed, Int32(plaintextCount)) == 1
                && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tagBytes), &tag) == 1
                && EVP_DecryptFinal_ex(context, start + plaintextCount, &written) == 1
            count = plaintextCount
        }
        guard genuine else {
            // SP 800-38D §7.2: when the tag does not verify, no plaintext is given out.
            wipe(&plaintext)
            ERR_clear_error()
            return nil
        }
        return plaintext
    }

    private static func check(key: [UInt8], nonce: [UInt8], aad: [UInt8]) {
        precondition(key.count == keyBytes, "an AES-256 key is 32 bytes by the format of whoever made it")
        precondition(nonce.count == nonceBytes, "a nonce is 12 bytes by the format of whoever seals")
        precondition(aad.count <= plaintextBytesMax, "associated data is an identifier or two")
    }

    /// Found once: looking the cipher up by name at each call would cost more than the sealing.
    ///
    /// Safe to share: OpenSSL never changes a fetched cipher, counts its users atomically, and we never free it.
    nonisolated(unsafe) private static let cipher: OpaquePointer = {
        guard let cipher = unsafe EVP_CIPHER_fetch(nil, "AES-256-GCM", nil) else {
            preconditionFailure("every libcrypto 3 has AES-256-GCM")
        }
        return unsafe cipher
    }()

    private static func makeContext() -> OpaquePointer {
        guard let context = unsafe EVP_CIPHER_CTX_new() else {
            preconditionFailure("a cipher context fails only for want of memory")
        }
        return unsafe context
    }
}
