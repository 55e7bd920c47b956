import Wire

/// Whom a token is for, as its `aud` names it (RFC 7519 §4.1.3): the identifier of a client, or a URI.
enum TokenAudience {
    /// - Returns: what is wrong with a text; nil where it can name somebody.
    static func check(_ text: String) -> String? {
        if let fault = checkRecipient(text) { return fault }
        if ClientID(text) != nil { return nil }
        // RFC 7519 §2: a StringOrURI with a colon is a URI.
        guard let first = text.utf8.first, (0x41...0x5A).contains(first) || (0x61...0x7A).contains(first),
            text.utf8.contains(UInt8(ascii: ":"))
        else { return "Input should be a client_id or an absolute URI" }
        return nil
    }

    /// The same where a verifier may call itself as it likes.
    static func checkRecipient(_ text: String) -> String? {
        let isVisible = text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        return (1...FieldKind.uriCharactersMax).contains(text.utf8.count) && isVisible
            ? nil : "An audience has 1 to \(FieldKind.uriCharactersMax) visible ASCII characters"
    }
}
