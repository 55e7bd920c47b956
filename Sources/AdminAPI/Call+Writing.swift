import Endpoints
import Engine
import Identity
import Wire

extension Call {
    /// Does a command that its client may repeat under an Idempotency-Key: a repetition gets the very same answer.
    ///
    /// - Parameter answer: made inside the writer, before the entries are durable, so it reads only what it is given.
    func post<C: Command>(
        _ command: C,
        answer: @escaping @Sendable (C.Output, _ index: UInt64) -> Answer,
    ) async throws(Refusal) -> Answer {
        let receipt = try await admin.instance.perform(command, by: caller, idempotency: idempotency) {
            [dialect] output, index in
            (try? dialect.response(answer(output, index))).map(KeptAnswer.bytes) ?? []
        }
        switch receipt.result {
        case .done(let output): return answer(output, receipt.index)
        case .repeated(let bytes):
            guard let kept = KeptAnswer.response(bytes) else { throw .failed }
            return .kept(kept)
        }
    }

    /// Does a command whose answer tells nothing but that it was done.
    func perform<C: Command>(_ command: C) async throws(Refusal) -> Receipt<C.Output> {
        try await admin.instance.perform(command, by: caller)
    }

    /// Does a command that needs no such care: a change to one version, or a deletion, does not happen twice.
    func change<R: Resource>(_ command: Change<R>) async throws(Refusal) -> Sight<Versioned<R>> {
        let receipt = try await admin.instance.perform(command, by: caller)
        switch receipt.result {
        case .done(let resource): return Sight(value: resource, index: receipt.index)
        case .repeated: throw .failed
        }
    }
}

/// An answer as it is kept for a client that repeats its request: `{status, headers: [[name, value]…], body}`.
enum KeptAnswer {
    static func bytes(of response: Response) -> [UInt8] {
        let headers = response.headers.map { JSON.array([.string($0.name), .string($0.value)]) }
        let kept: JSON = [
            "status": .integer(Int64(response.status)), "headers": .array(headers),
            "body": .string(String(decoding: response.body, as: UTF8.self)),
        ]
        return kept.compact
    }

    static func response(_ bytes: [UInt8]) -> Response? {
        guard let kept = try? JSON.parse(bytes), let status = kept["status"]?.number, let body = kept["body"]?.text,
            let headers = kept["headers"]?.items
        else { return nil }
        let pairs = headers.compactMap { pair -> (name: String, value: String)? in
            guard let name = pair.items?.first?.text, let value = pair.items?.last?.text else { return nil }
            return (name, value)
        }
        return Response(status: Int(status), headers: pairs, body: Array(body.utf8))
    }
}
