import Endpoints
import Engine
import Identity
import Wire

extension Call {
    /// Does a command, or shows what it would do, as the request asks.
    ///
    /// A client may repeat a POST under an Idempotency-Key: a repetition gets the very same answer. A change to one
    /// version, or a deletion, does not happen twice anyway.
    ///
    /// - Parameter answer: made inside the writer, before the entries are durable, so it reads only what it is given.
    func write<C: Command>(
        _ command: C,
        answer: @escaping @Sendable (C.Output, _ index: UInt64) -> Answer,
    ) async throws(Refusal) -> Answer {
        let encode = idempotency.map { _ in encoding(answer) }
        guard let preview else {
            let receipt = try await admin.instance.perform(
                command,
                by: caller,
                idempotency: idempotency,
                encode: encode
            )
            return try self.answer(receipt, answer)
        }
        switch preview.wish {
        case .show:
            let sight = try await admin.instance.preview(command, of: preview.request, by: caller)
            return .one(PlanJSON.item(sight.value, admin), at: sight.index)
        case .hold(let digest):
            let receipt = try await admin.instance.perform(
                command,
                of: preview.request,
                agreedTo: digest,
                by: caller,
                idempotency: idempotency,
                encode: encode
            )
            switch receipt {
            case .kept(let receipt): return try self.answer(receipt, answer)
            case .moved(let rejection, let sight):
                return .refused(rejection, PlanJSON.item(sight.value, admin), at: sight.index)
            }
        }
    }

    private func answer<Output>(
        _ receipt: Receipt<Output>,
        _ answer: (Output, _ index: UInt64) -> Answer,
    ) throws(Refusal) -> Answer {
        switch receipt.result {
        case .done(let output): return answer(output, receipt.index)
        case .repeated(let bytes):
            guard let kept = KeptAnswer.response(bytes) else { throw .failed }
            return .kept(kept)
        }
    }

    /// The bytes of the answer, for whoever repeats the request.
    private func encoding<Output>(
        _ answer: @escaping @Sendable (Output, _ index: UInt64) -> Answer
    ) -> @Sendable (Output, _ index: UInt64) -> [UInt8] {
        { [dialect] output, index in
            (try? dialect.response(answer(output, index))).map(KeptAnswer.bytes) ?? []
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
