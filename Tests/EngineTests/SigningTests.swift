import Dispatch
import Engine
import OpenSSL
import Testing
import Wire

/// Many tokens are signed at a time, and each caller gets its own.
struct SigningTests {
    private static let together = 100

    @Test(.timeLimit(.minutes(1)), arguments: ForgedTokenTests.algorithms)
    func `tokens that are signed together carry each its own claims`(_ algorithm: SigningAlgorithm) async throws {
        let ground = try Ground(seed: 72, algorithm: algorithm)
        let instance = try await ground.open()
        let (ring, key) = (instance.keyRing, try #require(instance.keyRing.current))
        let pair = try #require(key.pair)
        let callers = OneAfterTheOther()
        try await withThrowingTaskGroup { group in
            for number in 0..<Self.together {
                group.addTask(executorPreference: callers) {
                    let claims = Array(#"{"number":\#(number)}"#.utf8)
                    return (claims, try await ring.sign(claims, with: key.id))
                }
            }
            var signed = 0
            for try await (claims, token) in group {
                let parts = token.split(separator: ".").map(String.init)
                let input = Array(token.utf8.prefix(parts[0].utf8.count + 1 + parts[1].utf8.count))
                #expect(try Base64URL.decode(parts[1]) == claims)
                #expect(pair.verify(try Base64URL.decode(parts[2]), of: input))
                signed += 1
            }
            #expect(signed == Self.together)
        }
        try await instance.close()
    }
}

/// A thread beside the pool, as a connection's is: its tasks come faster than the pool makes signatures.
private final class OneAfterTheOther: TaskExecutor {
    private let queue = DispatchQueue(label: "callers")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
