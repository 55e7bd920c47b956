import Engine
import EventLog
import Folding
import Identity
import OpenSSL
import Wire

extension HostileParser {
    /// JSON of both dialects: what is written reads back as it was, and canonical bytes are their own canonical form.
    static let json = HostileParser("json") { bytes in
        let canonical = try? JSON.parse(bytes, as: .canonical)
        if let canonical { try Broken.unless(canonical.canonical == bytes, "canonical bytes are a fixed point") }
        guard let value = try? JSON.parse(bytes) else {
            try Broken.unless(canonical == nil, "what is canonical is JSON")
            return
        }
        try Broken.unless((try? JSON.parse(value.compact)) == value, "a value reads back as it was written")
        if let canonical { try Broken.unless(canonical == value, "both dialects read the same value") }
    }

    /// Everything that is a single word: identifiers, times, addresses, encodings, URLs, hashes.
    ///
    /// What has one text only is that text again when it is written.
    static let words = HostileParser("words") { bytes in
        let word = text(bytes)
        try sameText(word, TenantID(word)?.text, "identifier")
        try sameText(word, Place(word)?.text, "place")
        try sameText(word, EntryType.named(word)?.text, "type of entry")
        try sameText(word, (try? Instant(canonical: word))?.text, "instant")
        try sameText(word, (try? Base64URL.decode(word)).map(Base64URL.encode), "base64url")
        try sameText(word, (try? Base64.decode(word)).map(Base64.encode), "base64")
        try sameText(word, (try? Hex.decode(word)).map(Hex.encode), "hexadecimal")
        try sameText(word, (try? VerifierKey(word))?.description, "verifier key")
        if let time = try? Instant(rfc3339: word) { try readsBack(time, try? Instant(canonical: time.text)) }
        if let address = IPAddress(word) { try readsBack(address, IPAddress(address.text)) }
        if let network = CIDR(word) {
            try readsBack(network, CIDR(network.text))
            try Broken.unless(network.contains(network.network), "a network holds its first address")
        }
        if let url = try? BaseURL(word) { try readsBack(url, try? BaseURL(url.description)) }
        if let key = try? KeyEncryptionKey(word) { try readsBack(key.bytes, try? KeyEncryptionKey(key.text).bytes) }
        for native in [true, false] { _ = RedirectURI.check(word, native: native) }
        _ = PasswordHash.Cost(phc: word)
        let folded = FoldedText(word)
        try Broken.unless(folded.contains(folded), "a text is found in itself")
        let kept = ForeignText.clipped(bytes, maxBytes: 16)
        try Broken.unless(kept.utf8.count <= 16 && word.hasBytesPrefix(kept), "a clipped text is a beginning")
    }

    private static func sameText(_ word: String, _ written: String?, _ kind: String) throws(Broken) {
        if let written { try Broken.unless(written.bytesEqual(word), "one \(kind) has one text") }
    }

    private static func readsBack<Value: Equatable>(_ value: Value, _ read: Value?) throws(Broken) {
        try Broken.unless(read == value, "\(Value.self) reads back as it was written")
    }
}

extension String {
    fileprivate func hasBytesPrefix(_ other: String) -> Bool { utf8.starts(with: other.utf8) }
}
