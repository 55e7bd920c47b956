import OpenSSL
import Zstandard

/// Reads a backup block by block, from a file or a pipe, and believes nothing that its digests do not cover.
package struct BackupReader {
    package let header: BackupHeader
    private let read: (_ count: Int) throws -> [UInt8]
    private var digest = Digest.zero
    private var position: UInt64

    /// - Parameter read: gives so many bytes, fewer only at the end.
    package init(_ read: @escaping (_ count: Int) throws -> [UInt8]) throws {
        self.read = read
        guard let (kind, content) = try Self.block(read, behind: &digest), kind == .beginning else {
            throw BackupFault.foreign
        }
        header = try BackupHeader(decoding: content)
        position = header.first
    }

    /// The next entries; `nil` behind the last.
    mutating func next() throws -> BackupBlock? {
        guard let (kind, content) = try Self.block(read, behind: &digest) else { throw BackupFault.cut }
        switch kind {
        case .beginning: throw BackupFault.altered("it begins twice")
        case .end:
            guard position == header.size else { throw BackupFault.altered("entry \(position) is missing") }
            guard try read(1).isEmpty else { throw BackupFault.altered("bytes follow its last block") }
            return nil
        case .lines:
            let block = try BackupBlock(decoding: content)
            guard block.first == position, block.end <= header.size else {
                throw BackupFault.altered("entry \(position) is missing")
            }
            position = block.end
            return block
        }
    }

    /// - Returns: `nil` where nothing is left.
    private static func block(
        _ read: (Int) throws -> [UInt8],
        behind digest: inout Digest,
    ) throws -> (BackupHead.Kind, content: [UInt8])? {
        let bytes = try read(BackupHead.byteCount)
        if bytes.isEmpty { return nil }
        let head = try BackupHead(decoding: bytes)
        let frame = try read(head.frameBytes)
        guard frame.count == head.frameBytes else { throw BackupFault.cut }
        guard head.digest(behind: digest, frame) == head.digest else {
            throw BackupFault.altered("a block does not have its digest")
        }
        digest = head.digest
        guard head.contentBytes > 0 else { return (head.kind, []) }
        guard let content = Zstandard.decompress(frame, toBytes: head.contentBytes) else {
            throw BackupFault.altered("a block cannot be expanded")
        }
        return (head.kind, content)
    }
}
