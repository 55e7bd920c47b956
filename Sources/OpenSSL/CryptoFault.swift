import COpenSSL

/// A key, signature or hash could not be made: what was being done, and what the library said.
///
/// It carries the library's reasons only, never a byte of a key or of a message.
package struct CryptoFault: Error, Equatable, CustomStringConvertible {
    package let operation: String
    package let detail: String

    package init(operation: String, detail: String) {
        self.operation = operation
        self.detail = detail
    }

    package var description: String { "\(operation): \(detail)" }

    /// What OpenSSL has queued on this thread, oldest first; reading empties the queue.
    static func queued(_ operation: String) -> CryptoFault {
        var reasons: [String] = []
        // The queue is a ring of 16 (ERR_NUM_ERRORS), so this ends.
        while case let code = ERR_get_error(), code != 0 {
            // ERR_error_string_n writes at most this many bytes and always ends with a zero.
            let text = unsafe [CChar](unsafeUninitializedCapacity: 256) { buffer, count in
                unsafe ERR_error_string_n(code, buffer.baseAddress, buffer.count)
                count = unsafe buffer.firstIndex(of: 0) ?? 0
            }
            reasons.append(String(decoding: text.map(UInt8.init(bitPattern:)), as: UTF8.self))
        }
        let detail = reasons.isEmpty ? "no reason given" : reasons.joined(separator: "; ")
        return CryptoFault(operation: operation, detail: detail)
    }
}
