import Storage
import Wire

/// A parser that meets bytes of strangers, and what must hold of it whatever they send.
package struct HostileParser: Sendable, CustomStringConvertible {
    /// Reads the bytes; throws `Broken` when a promise does not hold.
    package enum Check: Sendable {
        case atOnce(@Sendable ([UInt8]) throws -> Void)
        case waiting(@Sendable ([UInt8]) async throws -> Void)

        package func callAsFunction(_ bytes: [UInt8]) async throws {
            switch self {
            case .atOnce(let check): try await Self.aside { try check(bytes) }
            case .waiting(let check): try await check(bytes)
            }
        }

        /// What waits for a server's answer holds none of the threads that the server answers on.
        private static func aside(_ check: @escaping @Sendable () throws -> Void) async throws {
            let thread = PinnedThread(name: "hostile")
            defer { thread.join() }
            try await withCheckedThrowingContinuation { continuation in
                do {
                    try thread.start { continuation.resume(with: Result(catching: check)) }
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }

    package let name: String
    package var description: String { name }
    /// Makes what reads: some parsers need a server of their own around them.
    package let prepare: @Sendable () async throws -> Check

    init(_ name: String, _ check: @escaping @Sendable ([UInt8]) throws -> Void) {
        self.init(name, preparing: { .atOnce(check) })
    }

    init(_ name: String, preparing: @escaping @Sendable () async throws -> Check) {
        self.name = name
        prepare = preparing
    }

    package static let all: [HostileParser] = [
        .json, .words, .form, .authorization, .fields, .note, .proof, .backup, .entry, .ledger, .rows, .keys, .claims,
        .token, .admin, .oauth, .connection,
    ]
}

/// A promise that a parser broke.
package struct Broken: Error, CustomStringConvertible {
    package let description: String

    init(_ promise: String) { description = promise }

    /// Refuses to go on unless the promise holds.
    static func unless(_ holds: Bool, _ promise: @autoclosure () -> String) throws(Broken) {
        if !holds { throw Broken(promise()) }
    }
}

/// The text of a stranger's bytes, as a socket's or a file's reader hands it on.
func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

extension [UInt8] {
    /// The lines, without their line feeds.
    var lines: [[UInt8]] { split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init) }
}
