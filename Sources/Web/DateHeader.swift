import FoundationEssentials
import HTTPTypes
import Synchronization
import Wire

/// The `Date` of every answer, made once a second for all of them.
final class DateHeader: Sendable {
    private let current: Mutex<HTTPField>

    init() {
        current = Mutex(Self.now)
    }

    var field: HTTPField { current.withLock(\.self) }

    /// Follows the clock until it is cancelled.
    func followClock() async {
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            let field = Self.now
            current.withLock { $0 = field }
        }
    }

    /// Foundation is used for this alone: without it, asking the system's clock for the time of day is an unsafe call.
    private static var now: HTTPField {
        let instant = Instant(seconds: Int64(Date.now.timeIntervalSince1970))
        return HTTPField(name: .date, value: instant.httpDate)
    }
}

extension Instant {
    /// RFC 9110 §5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`.
    var httpDate: String {
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]  // 1 January 1970 was a Thursday.
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let day = Int(seconds / 86_400) % 7
        let parts = text.split { "-T.".contains($0) }  // 1994-11-06T08:49:37.000000Z
        let month = Int(parts[1]).map { months[$0 - 1] } ?? ""
        return "\(days[(day + 7) % 7]), \(parts[2]) \(month) \(parts[0]) \(parts[3]) GMT"
    }
}
