/// How far the requests of one connection have come, as a value: what the client has sent, what it has been answered.
///
/// Its functions say what is to be done; ``RequestGuard`` does it.
struct RequestProgress {
    /// A request's head has come and its end has not.
    private(set) var isReading = false
    /// Requests whose answers have not been written to the end, of which RFC 9112 §9.3.2 lets clients send several
    /// ahead.
    private(set) var unanswered = 0
    /// Nothing is under way; bytes that arrive now are the beginning of a request.
    var isIdle: Bool { !isReading && unanswered == 0 && !isLingering }
    /// The head of the current answer has been written.
    private var hasBegunAnswer = false
    /// A status that waits for the answers before it.
    private var waitingRefusal: Int?
    /// A request was refused whose refusal waits for the answers before it.
    var isRefusing: Bool { waitingRefusal != nil }
    /// The last answer has been written although its request is still arriving, or instead of one.
    private(set) var isLingering = false
    private var lingeredBytes = 0

    enum Next: Equatable {
        case goOn
        case refuse(Int)
        case linger
        case close
    }

    mutating func receivedHead() {
        isReading = true
        unanswered += 1
    }

    /// Counts what is thrown away.
    mutating func threwAway(_ bytes: Int, bytesMax: Int) -> Next {
        lingeredBytes += bytes
        return lingeredBytes > bytesMax ? .close : .goOn
    }

    mutating func receivedEnd() { isReading = false }

    /// What arrives is no request, or not in time.
    mutating func failed(with status: Int) -> Next {
        guard !isLingering else { return .close }
        let isAnswered = isReading && hasBegunAnswer
        // The refusal is the answer of a request whose head has come.
        if isReading { unanswered -= 1 }
        isReading = false
        if isAnswered { return .close }
        guard unanswered == 0 else {
            waitingRefusal = status
            return .goOn
        }
        isLingering = true
        return .refuse(status)
    }

    mutating func wroteHead() { hasBegunAnswer = true }

    mutating func wroteEnd() -> Next {
        hasBegunAnswer = false
        unanswered -= 1
        if let waitingRefusal, unanswered == 0 {
            isLingering = true
            return .refuse(waitingRefusal)
        }
        guard isReading, unanswered == 0 else { return .goOn }
        isLingering = true
        return .linger
    }
}
