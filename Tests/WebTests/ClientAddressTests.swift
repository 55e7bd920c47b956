import HTTPTypes
import NIOCore
import Testing
import Web
import Wire

@Suite struct ClientAddressTests {
    private let proxies = ["10.0.0.0/8", "2001:db8:1::/48", "127.0.0.1"].compactMap(CIDR.init)

    @Test(
        arguments: [
            ("192.0.2.1", [], "192.0.2.1"),
            ("192.0.2.1", ["198.51.100.7"], "192.0.2.1"),
            ("10.1.2.3", [], "10.1.2.3"),
            ("10.1.2.3", ["198.51.100.7"], "198.51.100.7"),
            ("10.1.2.3", ["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
            ("10.1.2.3", ["203.0.113.9", "198.51.100.7"], "198.51.100.7"),
            ("10.1.2.3", ["203.0.113.9, 198.51.100.7,10.9.9.9 , 10.8.8.8"], "198.51.100.7"),
            ("10.1.2.3", ["10.9.9.9, 10.8.8.8"], "10.9.9.9"),
            ("10.1.2.3", ["unknown"], "10.1.2.3"),
            ("10.1.2.3", ["198.51.100.7, _hidden, 10.8.8.8"], "10.8.8.8"),
            ("10.1.2.3", [""], "10.1.2.3"),
            ("10.1.2.3", ["198.51.100.7:4711"], "198.51.100.7"),
            ("10.1.2.3", ["[2001:DB8::0:1]:443"], "2001:db8::1"),
            ("10.1.2.3", ["2001:DB8:0:0:0:0:0:1"], "2001:db8::1"),
            ("10.1.2.3", ["::ffff:198.51.100.7"], "198.51.100.7"),
            ("::ffff:10.1.2.3", ["198.51.100.7"], "198.51.100.7"),
            ("::ffff:192.0.2.1", ["198.51.100.7"], "192.0.2.1"),
            ("2001:db8:1::5", ["198.51.100.7"], "198.51.100.7"),
            ("2001:db8:2::5", ["198.51.100.7"], "2001:db8:2::5"),
        ] as [(String, [String], String)]
    )
    func `the client is the first address that no trusted proxy stands for`(
        peer: String,
        forwarded: [String],
        expected: String,
    ) throws {
        var fields = HTTPFields()
        let name = try #require(HTTPField.Name("X-Forwarded-For"))
        for value in forwarded { fields.append(HTTPField(name: name, value: value)) }
        let socket = try SocketAddress(ipAddress: peer, port: 1)
        #expect(ClientAddresses(trustedProxies: proxies).address(of: socket, fields) == expected)
    }

    @Test func `a list longer than any chain of proxies is not walked to its end`() throws {
        var fields = HTTPFields()
        let hops = ["198.51.100.7"] + Array(repeating: "10.0.0.1", count: ClientAddresses.hopsMax)
        fields.append(HTTPField(name: try #require(.init("X-Forwarded-For")), value: hops.joined(separator: ",")))
        let socket = try SocketAddress(ipAddress: "10.1.2.3", port: 1)
        #expect(ClientAddresses(trustedProxies: proxies).address(of: socket, fields) == "10.0.0.1")
    }

    @Test(.timeLimit(.minutes(3)), arguments: [(true, "198.51.100.7"), (false, "127.0.0.1")])
    func `only a configured proxy is believed`(isTrusted: Bool, expected: String) async throws {
        try await RunningServer.run({ $0.trustedProxies = isTrusted ? proxies : [] }) { server in
            try await RawClient.connect(to: server) { client in
                let answer = try await client.ask(
                    "GET /address",
                    "X-Forwarded-For: 198.51.100.7",
                    "Forwarded: for=203.0.113.9",
                    "X-Real-IP: 203.0.113.9",
                )
                #expect(answer.body == expected)
            }
        }
    }
}
