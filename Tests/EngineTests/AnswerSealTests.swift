import Engine
import EventLog
import Identity
import OpenSSL
import Storage
import Testing
import Wire

/// What is sealed for a client that may ask again: two answers never meet under one key and one nonce.
struct AnswerSealTests {
    /// Two partners of different names and equally long answers, made under the same raw key.
    enum Reuse: String, CaseIterable, CustomTestStringConvertible, Sendable {
        case byAnotherActor, byAnotherActorWithAnotherRequest, aDayLater

        var testDescription: String { rawValue }
    }

    @Test(arguments: Reuse.allCases)
    func `one raw key seals two answers under different key streams`(_ reuse: Reuse) async throws {
        let ground = try Ground(seed: 81)
        let instance = try await ground.open()
        let first = try await answer("one", body: "a", instance, by: ground.service())
        let second =
            switch reuse {
            case .byAnotherActor: try await answer("two", body: "a", instance, by: other(ground))
            case .byAnotherActorWithAnotherRequest: try await answer("two", body: "b", instance, by: other(ground))
            case .aDayLater: try await aDayLater(instance, ground)
            }
        try await instance.close()
        #expect(first.answer.count == second.answer.count && first.answer != second.answer)
        // Under one key stream the difference of two sealed texts is the difference of the texts.
        for offset in 0..<(first.sealed.count - first.answer.count) {
            let length = first.answer.count
            let sealed = zip(first.sealed[offset...].prefix(length), second.sealed[offset...].prefix(length)).map {
                $0 ^ $1
            }
            #expect(sealed != zip(first.answer, second.answer).map { $0 ^ $1 }, "at \(offset)")
        }
    }

    @Test func `whoever has the disk and guesses a client's key opens no answer without the ledger's keys`()
        async throws
    {
        let ground = try Ground(seed: 82)
        let instance = try await ground.open()
        let (answer, sealed) = try await answer("one", body: "a", instance, by: ground.service())
        let entry = try #require(try instance.entry(at: instance.status.size - 2))
        let idempotency = try #require(entry.request?.idempotency)
        let open = { (holderKey: [UInt8]) in
            Self.open(sealed, holderKey, idempotency, actor: ground.founded.client.text)
        }
        let raw = Array("k1".utf8)
        #expect(open(HMAC256.authenticate(raw, key: instance.macKey).bytes) == answer, "as the server itself does it")
        var other = instance.macKey
        other[0] ^= 1
        for macKey in [other, [UInt8](repeating: 0, count: 32), raw] {
            #expect(open(HMAC256.authenticate(raw, key: macKey).bytes) == nil)
        }
        for known in [raw, idempotency.key.mac.bytes, idempotency.fingerprint.mac.bytes, SHA256Hash.hash(raw).bytes] {
            #expect(open(known) == nil)
        }
        try await instance.close()
    }

    /// Opens a sealed answer with what the ledger tells of its request, and a key for its holder.
    private static func open(
        _ sealed: [UInt8],
        _ holderKey: [UInt8],
        _ idempotency: EntryRequest.Idempotency,
        actor: String,
    ) -> [UInt8]? {
        let key = HKDF256.derive(
            key: holderKey,
            salt: idempotency.key.mac.bytes,
            info: Array("muniment/v2/answer".utf8) + [0] + idempotency.fingerprint.mac.bytes + Array(actor.utf8),
            count: AES256GCM.keyBytes
        )
        return AES256GCM.open(
            Array(sealed.dropFirst(AES256GCM.nonceBytes)),
            key: key,
            nonce: Array(sealed.prefix(AES256GCM.nonceBytes)),
            aad: idempotency.fingerprint.mac.bytes
        )
    }

    private func aDayLater(_ instance: Instance, _ ground: Ground) async throws -> (answer: [UInt8], sealed: [UInt8]) {
        ground.clock.pass(microseconds: 86_401_000_000)
        return try await answer("two", body: "a", instance, by: ground.service())
    }

    private func other(_ ground: Ground) -> Caller {
        var caller = ground.service()
        caller.actor.id = "app_other"
        return caller
    }

    /// The answer, and what the newest file of the store holds.
    private func answer(
        _ slug: String,
        body: String,
        _ instance: Instance,
        by caller: Caller,
    ) async throws -> (answer: [UInt8], sealed: [UInt8]) {
        let id = PartnerID(random: instance.world.random(16))
        let command = try Change<Partner>.registering(id, ["name": "P", "slug": .string(slug)])
        _ = try await instance.perform(
            command,
            by: caller,
            idempotency: Idempotency(
                rawKey: Array("k1".utf8),
                method: "POST",
                path: "/api/v1/admin/partners",
                body: Array(body.utf8),
                macKey: instance.macKey
            ),
            encode: { partner, _ in Array(partner.id.text.utf8) }
        )
        let folder = try instance.directory.answers()
        let name = try #require(try folder.list().last)
        let bundle = try JSON.parse(try #require(try folder.read(name)).dropLast(), as: .canonical)
        let wrapped = try #require(bundle["keys"]?.items?.last?["wrapped"]?.text)
        return (Array(id.text.utf8), try Base64URL.decode(wrapped))
    }
}
