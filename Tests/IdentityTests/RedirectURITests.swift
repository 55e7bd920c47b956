import Identity
import Testing

/// Where an authorization answer may be sent is decided when it is registered.
struct RedirectURITests {
    @Test(arguments: [
        "https://app.example.com/callback", "https://app.example.com:8443/cb?x=1", "http://127.0.0.1/cb",
        "http://127.0.0.1:49152/cb", "http://[::1]:3000/cb", "https://app.example.com",
    ])
    func `an ordinary URI is kept as given`(uri: String) {
        #expect(RedirectURI.check(uri, native: false) == nil)
    }

    @Test(arguments: ["http://localhost/cb", "http://localhost:5000/cb", "com.example.app:/oauth2redirect"])
    func `S3 localhost and private-use schemes are for NATIVE applications alone`(uri: String) {
        #expect(RedirectURI.check(uri, native: true) == nil)
        #expect(RedirectURI.check(uri, native: false) != nil)
    }

    /// S1: encodings and path tricks · S2: wildcards and prefixes · S3: hosts that look local · and what no URI may be.
    static let hostile = [
        "https://app.example.com/%2e%2e/admin", "https://app.example.com/%2E%2E/admin",
        "https://app.example.com/..;/admin", "https://app.example.com/a/../b", "https://app.example.com/./b",
        "https://app.example.com/.%2e/b", "https://app.example.com/%2e./b", "https://app.example.com/%2e/b",
        "https://app.example.com/a/..", "https://app%2eexample.com/cb", "https://app.example.com%2f@evil.example/cb",
        "https://app.example.com\\@evil.example/cb", "https://app.example.com\\evil.example/cb",
        "https://*.example.com/cb", "https://app.example.com/*", "https://app.example.com*", "*", "https://*",
        "https://app.example.com/cb?x=*", "https://app.example.com/(.*)^", "https://app.example.com/{id}",
        "http://localhost@evil.example/cb", "http://localhost.evil.example/cb", "http://127.0.0.1@evil.example/",
        "http://127.0.0.1.evil.example/cb", "http://[::1].evil.example/cb", "http://0x7f000001/cb",
        "http://2130706433/cb", "http://127.1/cb", "http://127.0.0.2/cb", "http://[::ffff:127.0.0.1]/cb",
        "http://LOCALHOST/cb", "http://localhost:0/cb", "http://localhost:65536/cb", "http://localhost:x/cb",
        "http://example.com/cb", "http://app.example.com/cb", "https://user@app.example.com/cb",
        "https://user:pass@app.example.com/cb", "https://@app.example.com/cb", "https://app.example.com/cb#frag",
        "https://app.example.com/cb#", "https:///cb", "https://", "https:app.example.com/cb", "//app.example.com/cb",
        "/cb", "cb", "", " https://app.example.com/cb", "https://app.example.com/cb ", "https://app.example.com/c b",
        "https://app.example.com/cb\n", "https://app.example.com/\u{0}", "https://app.exämple.com/cb",
        "https://app.example.com/é", "HTTPS://app.example.com/cb", "Https://app.example.com/cb",
        "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://app.example.com/cb",
        "https://app.example.com:99999/cb", "https://app.example.com:/cb:x", "https://[::1/cb", "vbscript:x",
        "https://app.example.com/\"onload", "https://app.example.com/<script>",
    ]

    @Test(arguments: hostile)
    func `S1 S2 S3 a hostile URI is refused, whatever the application's type`(uri: String) {
        #expect(RedirectURI.check(uri, native: false) != nil)
        #expect(RedirectURI.check(uri, native: true) != nil)
    }
}
