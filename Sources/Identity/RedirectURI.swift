/// Where an authorization answer may be sent: stored as given, compared byte for byte.
///
/// Whether a URI is fit is decided when it is registered; no pattern, decoding or path normalising ever follows, since
/// each of those has been a hole in somebody's server.
package enum RedirectURI {
    /// What is wrong with a redirect URI whatever the type of application, or `nil`.
    static func check(_ text: String) -> String? { check(text, native: true) }

    /// - Parameter native: whether private-use schemes and `localhost` are allowed (RFC 8252 §7).
    package static func check(_ text: String, native: Bool) -> String? {
        let bytes = Array(text.utf8)
        guard (1...FieldKind.uriCharactersMax).contains(bytes.count) else {
            return "A redirect URI has 1 to \(FieldKind.uriCharactersMax) bytes"
        }
        guard bytes.allSatisfy({ (0x21...0x7E).contains($0) && !forbidden.contains($0) }) else {
            return "A redirect URI has no spaces, wildcards, backslashes or characters outside ASCII"
        }
        guard hasWholeEscapes(bytes) else { return "A redirect URI's % stands before two hexadecimal digits" }
        if bytes.contains(UInt8(ascii: "#")) { return "A redirect URI has no fragment (RFC 6749 §3.1.2)" }
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0 else {
            return "A redirect URI is absolute"
        }
        let scheme = String(decoding: bytes[..<colon], as: UTF8.self)
        let rest = Array(bytes[(colon + 1)...])
        switch scheme {
        case "https", "http": return web(scheme, rest, native: native)
        default: return privateUse(scheme, native: native)
        }
    }

    private static let forbidden: Set<UInt8> = Set("*<>\"\\^`{|}".utf8)

    private static func hasWholeEscapes(_ bytes: [UInt8]) -> Bool {
        bytes.indices.allSatisfy { position in
            guard bytes[position] == UInt8(ascii: "%") else { return true }
            let digits = bytes[(position + 1)...].prefix(2)
            return digits.count == 2 && digits.allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
        }
    }

    private static func web(_ scheme: String, _ rest: [UInt8], native: Bool) -> String? {
        guard rest.starts(with: "//".utf8) else { return "A redirect URI names a host" }
        let authority = rest.dropFirst(2).prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        if authority.contains(UInt8(ascii: "@")) { return "A redirect URI has no user information" }
        if authority.contains(UInt8(ascii: "%")) { return "A redirect URI's host is not percent-encoded" }
        guard let (host, port) = split(authority) else { return "A redirect URI's host or port is malformed" }
        if let port, !(1...65535).contains(Int(port) ?? 0) { return "A redirect URI's port is 1 to 65535" }
        if hasDotSegment(rest.dropFirst(2 + authority.count)) { return "A redirect URI's path has no dot segments" }
        if scheme == "https" { return host.isEmpty ? "A redirect URI names a host" : nil }
        // RFC 8252 §7.3 and §8.3: plain http only to this machine itself, by its address; the name can be redirected.
        if host == "127.0.0.1" || host == "[::1]" { return nil }
        if native, host == "localhost" { return nil }
        return "Plain http is for 127.0.0.1 and [::1] only" + (native ? ", and localhost for NATIVE applications" : "")
    }

    private static func split(_ authority: ArraySlice<UInt8>) -> (host: String, port: String?)? {
        let text = String(decoding: authority, as: UTF8.self)
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            let after = text[text.index(after: end)...]
            guard after.isEmpty || after.hasPrefix(":") else { return nil }
            return (String(text[...end]), after.isEmpty ? nil : String(after.dropFirst()))
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2 else { return nil }
        return (String(parts[0]), parts.count == 2 ? String(parts[1]) : nil)
    }

    /// A browser resolves `.` and `..`, also percent-encoded, so the URI stored would not be the URI visited.
    private static func hasDotSegment(_ rest: ArraySlice<UInt8>) -> Bool {
        let path = rest.prefix { $0 != UInt8(ascii: "?") }
        let text = String(decoding: path, as: UTF8.self).lowercased()
        return text.split(separator: "/", omittingEmptySubsequences: false).contains { part in
            let plain = part.split(separator: ";", omittingEmptySubsequences: false).first ?? ""
            return [".", "..", "%2e", "%2e.", ".%2e", "%2e%2e"].contains(plain)
        }
    }

    /// RFC 8252 §7.1: a private-use scheme is a reversed domain name, so it has a period.
    private static func privateUse(_ scheme: String, native: Bool) -> String? {
        guard native else { return "A redirect URI is https, or http on 127.0.0.1 or [::1]" }
        let allowed = scheme.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2E || $0 == 0x2D || $0 == 0x2B
        }
        guard allowed, let first = scheme.utf8.first, (0x61...0x7A).contains(first), scheme.utf8.contains(0x2E) else {
            return "A private-use scheme is a reversed domain name in lower case: com.example.app (RFC 8252 §7.1)"
        }
        return nil
    }
}

/// A web origin that scripts may call from: scheme, host and port, nothing else (RFC 6454 §6.2).
package enum Origin {
    static func check(_ text: String) -> String? {
        if text.utf8.count > FieldKind.uriCharactersMax {
            return "An origin has at most \(FieldKind.uriCharactersMax) bytes"
        }
        if let fault = RedirectURI.check(text, native: true) { return fault.replacing("redirect URI", with: "origin") }
        let slashes = text.utf8.count(where: { $0 == UInt8(ascii: "/") })
        guard text.hasPrefix("http"), slashes == 2, !text.contains("?") else {
            return "An origin is scheme, host and port only: https://app.example.com"
        }
        return nil
    }
}
