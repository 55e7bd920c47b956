import OpenSSL
import Testing

struct SecretBytesTests {
    @Test(arguments: [0, 1, 16, 32, 1000])
    func `as many random bytes come as were asked for`(count: Int) {
        #expect(secureRandom(count).count == count)
    }

    @Test(arguments: [16, 24, 64, 65])
    func `no two draws are the same, whichever thread draws`(count: Int) async {
        let draws = await withTaskGroup(of: [[UInt8]].self) { group in
            for _ in 0..<4 { group.addTask { (0..<500).map { _ in secureRandom(count) } } }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(draws).count == 2_000)
        let halves = draws.flatMap { [$0.prefix(8), $0.suffix(8)] }
        #expect(Set(halves).count == 4_000, "no draw shares bytes with another")
    }

    @Test func `wiped bytes are zeros`() {
        var secret = [UInt8](1...32)
        wipe(&secret)
        #expect(secret == [UInt8](repeating: 0, count: 32))
        var nothing: [UInt8] = []
        wipe(&nothing)
        #expect(nothing.isEmpty)
    }
}
