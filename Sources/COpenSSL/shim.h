#pragma once

// OpenSSL 3 calls its plain SHA-256 functions deprecated in favour of EVP. We use them on purpose: their state is a
// plain value without an allocation, and they are the shortest way to the same assembly.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

// OPENSSL_clear_free is a macro that passes file and line, which Swift cannot import.
static inline void muniment_clear_free(void *bytes, size_t count) {
    OPENSSL_clear_free(bytes, count);
}
