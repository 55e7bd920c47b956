import Foundation

/// The two ways out: standard output for what scripts read, standard error for what people read.
enum Output {
    /// What it means that the reader of standard output has gone away.
    enum WhenUnread {
        /// It has all that it wanted: `muniment entries | head` is ordinary, and ends with status 0.
        case ends
        /// Nothing: what counts is the exit status, or what is still to be done.
        case goesOn
        /// A secret that is shown once is lost.
        case fails
    }

    /// A line for scripts.
    static func line(_ text: String, whenUnread: WhenUnread = .ends) {
        bytes(Array(text.utf8) + [0x0A], whenUnread: whenUnread)
    }

    /// Bytes exactly as they are.
    ///
    /// What cannot be printed ends the command: half an export must not pass for done.
    static func bytes(_ bytes: [UInt8], whenUnread: WhenUnread = .ends) {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(bytes))
        } catch {
            let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
            if cause?.code == Int(EPIPE) {
                switch whenUnread {
                case .ends: exit(0)
                case .goesOn: return
                case .fails: break
                }
            }
            message("muniment: standard output cannot be written: \(error.localizedDescription)")
            exit(1)
        }
    }

    /// A line for the person at the terminal, or for a log.
    static func message(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8)) }
}
