import Foundation

/// Why a command ends without having done what it was asked for: an exit status for scripts, a line for people.
struct CommandFailure: Error {
    enum Status: Int32 {
        /// What was to be shown does not hold, or a server said no.
        case checkFailed = 1
        case usage = 2
        /// The data directory is in use, behind its anchor, damaged, of a newer format, or its keys are missing; or
        /// somebody ended the reading of it.
        case unopenable = 3
    }

    let status: Status
    let reason: String

    init(_ status: Status, _ reason: String) {
        self.status = status
        self.reason = reason
    }

    static func usage(_ reason: String) -> Self { Self(.usage, reason) }

    /// Writes the one line to standard error.
    func report() -> Int32 {
        let line = reason.split(whereSeparator: \.isNewline).joined(separator: " ")
        switch status {
        case .checkFailed, .unopenable: Output.message("muniment: \(line)")
        case .usage: Output.message("muniment: \(line) (see: muniment help)")
        }
        return status.rawValue
    }
}
