import Foundation

/// The two ways out: standard output for what scripts read, standard error for what people read.
enum Output {
    /// A line for scripts.
    static func line(_ text: String) { bytes(Array(text.utf8) + [0x0A]) }

    /// Bytes exactly as they are.
    static func bytes(_ bytes: [UInt8]) { write(bytes, to: .standardOutput) }

    /// A line for the person at the terminal, or for a log.
    static func note(_ text: String) { write(Array(text.utf8) + [0x0A], to: .standardError) }

    // A reader that has gone away is no failure of ours: `muniment entries | head` is ordinary.
    private static func write(_ bytes: [UInt8], to handle: FileHandle) {
        try? handle.write(contentsOf: Data(bytes))
    }
}
