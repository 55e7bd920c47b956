import Foundation

/// The two ways out: standard output for what scripts read, standard error for what people read.
enum Output {
    /// A line for scripts.
    static func line(_ text: String) { bytes(Array(text.utf8) + [0x0A]) }

    /// Bytes exactly as they are.
    ///
    /// What cannot be printed ends the command: a secret that is shown once, or half an export, must not pass for done.
    static func bytes(_ bytes: [UInt8]) {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(bytes))
        } catch {
            // A reader that has gone away is no failure of ours: `muniment entries | head` is ordinary.
            let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
            if cause?.code == Int(EPIPE) { exit(0) }
            note("muniment: standard output cannot be written: \(error.localizedDescription)")
            exit(1)
        }
    }

    /// A line for the person at the terminal, or for a log.
    static func note(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8)) }
}
