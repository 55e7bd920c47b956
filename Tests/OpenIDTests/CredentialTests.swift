import Endpoints
import Engine
import EventLog
import OpenID
import Storage
import Testing
import Wire

/// Nothing that can be read off the ledger proves anybody.
struct CredentialTests {
    @Test func `S19c identifiers, positions and hashes of the ledger are no secrets`() async throws {
        let provider = try await Provider(seed: 31)
        var words: Set<String> = ["0", "1", provider.client]
        for index in 0..<provider.instance.status.size {
            let entry = try #require(try provider.instance.entry(at: index))
            words.formUnion([entry.id, entry.stream ?? entry.id, "\(index)"])
            for (_, value) in entry.data { if let text = value.text { words.insert(text) } }
        }
        #expect(words.contains { $0.hasPrefix("sks_") } && words.contains { $0.hasPrefix("evt_") })
        for word in words.sorted() where word.utf8.count < 200 && !word.contains("+") && !word.contains("%") {
            let answer = await provider.post(
                "/oauth/token",
                "grant_type=client_credentials",
                basic: (provider.client, word)
            )
            #expect(answer.status == 401, "\(word)")
        }
        try await provider.instance.close()
    }

    @Test func `S12 a secret that is cut, longer or altered is refused`() async throws {
        let provider = try await Provider(seed: 32)
        let secret = Array(provider.secret.utf8)
        var wrong = secret.indices.map { position -> [UInt8] in
            var altered = secret
            altered[position] = altered[position] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            return altered
        }
        wrong += secret.indices.map { Array(secret[..<$0]) } + [secret + secret, secret + [UInt8(ascii: "A")]]
        for item in wrong where item != secret {
            let answer = await provider.post(
                "/oauth/token",
                "grant_type=client_credentials",
                basic: (provider.client, String(decoding: item, as: UTF8.self))
            )
            #expect(answer.status == 401)
        }
        try await provider.instance.close()
    }
}
