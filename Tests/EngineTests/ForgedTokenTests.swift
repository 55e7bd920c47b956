import Engine
import EventLog
import Identity
import OpenSSL
import Testing
import Wire

/// What the published attacks on JSON Web Signatures come to here, for each algorithm that we sign with.
struct ForgedTokenTests {
    static let algorithms: [SigningAlgorithm] = [.RS256, .ES256, .EdDSA]

    @Test(arguments: algorithms, ForgedToken.all)
    func `S13 a forged token proves nobody`(_ algorithm: SigningAlgorithm, _ forged: ForgedToken) async throws {
        let ground = try Ground(seed: 71, algorithm: algorithm)
        let instance = try await ground.open()
        let current = try #require(instance.keyRing.current?.id)
        let receipt = try await instance.perform(
            try ground.issue(macKey: instance.macKey, key: current),
            by: Ground.stranger
        )
        guard case .done(let issued) = receipt.result else { throw Refusal.failed }
        let text = try await instance.keyRing.sign(issued.claims, with: current)
        let given = try Self.material(text, instance, current)
        // What is refused below is refused for what was changed, not for what stayed.
        #expect(try given.signed([:]) == text || algorithm == .ES256)
        for good in [text, try given.signed([:])] { #expect(Self.isProof(good, instance)) }
        let tries = try forged.make(given)
        #expect(!tries.isEmpty)
        for token in tries where token != text { #expect(!Self.isProof(token, instance), "\(token)") }
        try await instance.close()
    }

    private static func material(
        _ text: String,
        _ instance: Instance,
        _ current: SigningKeyID,
    ) throws -> ForgedToken.Material {
        let parts = text.split(separator: ".").map(String.init)
        let pkcs8 = try #require(try instance.keys.key(KeyName.signing(current.text)))
        let key = try TokenKey(pkcs8: pkcs8)
        return ForgedToken.Material(
            header: try #require(try JSON.parse(Base64URL.decode(parts[0])).members),
            headerText: parts[0],
            payload: parts[1],
            signature: try Base64URL.decode(parts[2]),
            key: key,
            strangerKey: try TokenKey.generate(key.algorithm),
            otherKeyID: try #require(instance.keyRing.members.first { $0.id != current }).id.text
        )
    }

    private static func isProof(_ token: String, _ instance: Instance) -> Bool {
        let wall = instance.world.wall()
        let stands = instance.keyRing.verify(token, now: wall).map { token in
            (try? instance.read { try token.requireStanding($0, at: wall) }) != nil
        }
        guard let base = try? BaseURL(Ground.baseURL) else { return stands == true }
        let request = Caller.Request(id: "req_s13", endpoint: "tenants.list")
        let caller = try? instance.authenticate(token, baseURL: base, request: request)
        let authority = caller.flatMap { caller in try? instance.read { try caller.authority($0, at: wall) } }
        return stands == true || authority != nil
    }
}
