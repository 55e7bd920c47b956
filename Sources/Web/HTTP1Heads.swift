import NIOCore
import NIOHTTP1

/// Looks at the head of each HTTP/1 request while its version is still known, for ``RequestGuard``, which obeys.
///
/// What stands above knows requests of no version: it takes `Connection: close` for the one way to ask for the end, and
/// an expectation for one that was meant. So the head is passed on in those words.
final class HTTP1Heads: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    /// Whether the last head is that of a request that may be answered.
    private(set) var isSound = true
    /// How the connection goes on after the last request.
    private(set) var persistence = Persistence.assumed

    enum Persistence {
        /// HTTP/1.1: it stays open, and nobody need say so.
        case assumed
        /// HTTP/1.0, asked for: it stays open if the answer says so.
        case asked
        case none
    }

    private var hasEnded = false
    private var isUpgradeRequest = false
    /// The last part that came is the end of a request that asks for another protocol.
    private var isBehindUpgradeRequest = false

    /// Whether the decoder has read such a request to its end, where it stops; asked once for each.
    func takeUpgradeRequest() -> Bool {
        defer { isBehindUpgradeRequest = false }
        return isBehindUpgradeRequest
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // RFC 9112 §9.6: after a "close" "the server MUST NOT process any further requests received on that
        // connection".
        guard !hasEnded else { return }
        switch unwrapInboundIn(data) {
        case .head(var head):
            isSound = Self.isSound(head)
            let isOld = Self.isOld(head)
            isUpgradeRequest = Self.asksForAnotherProtocol(head)
            persistence = Self.asksToClose(head) ? .none : isOld ? .asked : .assumed
            if persistence == .none { head.headers.replaceOrAdd(name: "connection", value: "close") }
            // RFC 9110 §10.1.1: an expectation "in an HTTP/1.0 request MUST" be ignored.
            if isOld { head.headers.remove(name: "expect") }
            context.fireChannelRead(wrapInboundOut(.head(head)))
        case .body:
            context.fireChannelRead(data)
        case .end:
            hasEnded = persistence == .none
            isBehindUpgradeRequest = isUpgradeRequest
            context.fireChannelRead(data)
        }
    }

    /// RFC 9112 §9.3: "If the "close" connection option is present", whatever stands beside it.
    private static func asksToClose(_ head: HTTPRequestHead) -> Bool {
        let options = head.headers[canonicalForm: "connection"]
        if !head.isKeepAlive || options.contains(where: { $0.lowercased() == "close" }) { return true }
        // Whether the decoder takes it for an upgrade is not certain, and it must not be guessed.
        return options.contains { $0.lowercased().contains("upgrade") } && head.headers.contains(name: "upgrade")
            && !asksForAnotherProtocol(head)
    }

    /// Whether the decoder stops behind this request: written so that it certainly does wherever this says so.
    ///
    /// RFC 9110 §7.8: "Upgrade" with the option of that name in `Connection`; §9.3.6: CONNECT.
    private static func asksForAnotherProtocol(_ head: HTTPRequestHead) -> Bool {
        if head.method == .CONNECT { return true }
        guard head.headers["upgrade"].contains(where: { !$0.isEmpty }) else { return false }
        return head.headers["connection"].contains { value in
            value.split(separator: ",").contains { option in
                let words = option.split(separator: " ")
                return words.count == 1 && words[0].lowercased() == "upgrade"
            }
        }
    }

    private static func isSound(_ head: HTTPRequestHead) -> Bool {
        let hosts = head.headers["host"]
        // RFC 9112 §3.2: 400 for "any HTTP/1.1 request message that lacks a Host header field and to any request
        // message that contains more than one Host header field line or a Host header field with an invalid field
        // value".
        guard hosts.count <= 1, hosts.allSatisfy(isHost) else { return false }
        guard isOld(head) else { return !hosts.isEmpty }
        // RFC 9112 §6.1: a Transfer-Encoding in HTTP/1.0 is to be treated "as if the framing is faulty".
        return !head.headers.contains(name: "transfer-encoding")
    }

    /// Of HTTP/1.0, or older.
    private static func isOld(_ head: HTTPRequestHead) -> Bool { (head.version.major, head.version.minor) < (1, 1) }

    /// RFC 3986 §3.2.2: letters, digits and a few signs; a name may be empty, and a port may follow.
    private static func isHost(_ value: String) -> Bool {
        value.utf8.allSatisfy { isHostByte[Int($0)] }
    }

    /// A table, because every byte of every request's host is looked up.
    private static let isHostByte: [Bool] = {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%!$&'()*+,;=:[]"
        var table = [Bool](repeating: false, count: 256)
        for byte in letters.utf8 { table[Int(byte)] = true }
        return table
    }()
}
