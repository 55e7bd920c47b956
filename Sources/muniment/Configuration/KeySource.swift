import Engine
import EventLog
import Foundation
import Wire

/// Where the key-encryption key comes from, when it is not in the data directory.
///
/// The first of `--key-file`, `MUNIMENT_KEY` and `--key-command` that is configured counts, and no other is tried.
enum KeySource {
    /// A key is 43 characters; whatever is much longer is another file, or another program's output.
    static let bytesMax = 4_096

    /// - Returns: `nil` when nothing is configured: `keys/kek` is the key then.
    /// - Throws: `LedgerFault.keys`.
    static func read(_ settings: Settings) throws -> KeyEncryptionKey? {
        if let path = try settings.text(.keyFile) { return try file(path) }
        if let text = try settings.text(.key) { return try KeyEncryptionKey(text) }
        if let command = try settings.text(.keyCommand) { return try KeyEncryptionKey(try output(of: command)) }
        return nil
    }

    private static func file(_ path: String) throws -> KeyEncryptionKey {
        guard let bytes = try? TextFile.read(path, bytesMax: bytesMax) else {
            throw LedgerFault.keys("the key file \(path) cannot be read: name one of this user with --key-file")
        }
        guard try !TextFile.isReadableByOthers(path) else {
            throw LedgerFault.keys("the key file \(path) can be read by others; run: chmod 600 \(path)")
        }
        return try KeyEncryptionKey(String(decoding: bytes, as: UTF8.self))
    }

    /// Runs a program and takes what it prints.
    ///
    /// No shell is asked, so nothing in the command is expanded: its words are apart by blanks and go to the program as
    /// they stand. What only a shell would understand is refused; a script can hold it.
    private static func output(of command: String) throws -> String {
        let words = command.split(separator: " ").map(String.init)
        guard let program = words.first, !command.contains(where: { shellCharacters.contains($0) }) else {
            throw CommandFailure.usage("--key-command is run without a shell: put quotes, $ and | into a script")
        }
        let process = Process()
        // `env` finds a program by PATH, as one would expect of a bare name.
        process.executableURL = URL(fileURLWithPath: program.contains("/") ? program : "/usr/bin/env")
        process.arguments = program.contains("/") ? Array(words.dropFirst()) : words
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardInput = FileHandle.nullDevice
        do {
            try process.run()
            let bytes = Array(try pipe.fileHandleForReading.readToEnd() ?? Data())
            process.waitUntilExit()
            guard process.terminationStatus == 0 else {
                throw LedgerFault.keys("the key command ended with status \(process.terminationStatus): run it by hand")
            }
            return String(decoding: bytes.prefix(bytesMax), as: UTF8.self)
        } catch let fault as LedgerFault {
            throw fault
        } catch {
            throw LedgerFault.keys("the key command could not be run: \(program); give its whole path")
        }
    }

    private static let shellCharacters = Set("\"'`$\\|&;<>*?(){}[]~#\n\t")
}
