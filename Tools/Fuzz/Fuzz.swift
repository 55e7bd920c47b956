import Dispatch
import Glibc
import Hostile
import Synchronization

/// What libFuzzer calls with each input.
private typealias TestOneInput = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ test: TestOneInput,
) -> CInt

/// Feeds one parser, named by `FUZZ_TARGET`, with inputs that libFuzzer makes after what they reach.
@main
enum Fuzz {
    private static let parser: HostileParser = {
        let name = unsafe getenv("FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
        guard let parser = HostileParser.all.first(where: { $0.name == name }) else {
            print(HostileParser.all.map(\.name).joined(separator: "\n"))
            exit(name.isEmpty ? 0 : 2)
        }
        return parser
    }()

    private static let check: HostileParser.Check = orDie { try await parser.prepare() }

    static func main() {
        _ = check
        var count = CommandLine.argc
        var arguments = unsafe CommandLine.unsafeArgv
        let status = unsafe runDriver(&count, &arguments) { start, length in
            let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: length))
            Fuzz.read(bytes)
            return 0
        }
        exit(status)
    }

    private static func read(_ bytes: [UInt8]) {
        switch check {
        case .atOnce(let check):
            do { try check(bytes) } catch { die(error) }
        case .waiting(let check):
            orDie { try await check(bytes) }
        }
    }

    /// The fuzzer calls from a thread that no task runs on, so it may be blocked.
    private static func orDie<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) -> Value {
        let result = Mutex<Result<Value, any Error>?>(nil)
        let isDone = DispatchSemaphore(value: 0)
        Task.detached {
            let value: Result<Value, any Error>
            do { value = .success(try await body()) } catch { value = .failure(error) }
            result.withLock { $0 = value }
            isDone.signal()
        }
        isDone.wait()
        switch result.withLock({ $0 }) {
        case .success(let value)?: return value
        case .failure(let error)?: die(error)
        case nil: preconditionFailure("what has ended has a result")
        }
    }

    /// Tells of a finding as libFuzzer hears of one: by a signal, at which it keeps the input.
    ///
    /// There is no other way. The function that it calls may only say whether an input is worth keeping, and nothing
    /// can be thrown through C.
    private static func die(_ error: any Error) -> Never {
        let line = Array("\(parser.name): \(error)\n".utf8)
        _ = unsafe write(STDERR_FILENO, line, line.count)
        abort()
    }
}
