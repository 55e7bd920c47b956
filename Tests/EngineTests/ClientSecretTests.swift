import Engine
import Identity
import Testing
import Wire

struct ClientSecretTests {
    @Test func `an organization's secret takes no byte that would make some characters likelier than others`() {
        var draws: [[UInt8]] = [Array(repeating: 248, count: 32) + Array(repeating: 255, count: 32), Array(0..<64)]
        let secret = ClientSecret(
            ofOrganizationBy: { count in count == SecretID.numberBytes ? [0, 0, 0, 0, 0, 0, 0, 7] : draws.removeFirst()
            },
            macKey: [1]
        )
        let alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        #expect(secret.text == "live_" + alphabet + "01")
        #expect(secret.new.suffix == "yz01" && secret.new.id.text == "sks_10000000000000007")
        #expect(secret.new.mac == ClientSecret.mac(secret.text, key: [1]))
        #expect(draws.isEmpty)
    }
}
