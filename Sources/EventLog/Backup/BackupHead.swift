package import OpenSSL
import Wire
import Zstandard

/// What stands before each block of a backup: what kind of block it is, its lengths, and a digest of all up to here.
///
/// To a program for `.zst` files it is a frame to be skipped.
package struct BackupHead {
    package enum Kind: UInt8, Sendable {
        case beginning = 1
        case lines = 2
        case end = 3
    }

    static let version: UInt8 = 1
    static let byteCount = 56
    /// Longer content is no block of ours: a block ends with the first entry that passes a mebibyte.
    static let contentBytesMax = 2 << 20
    /// What does not get smaller becomes a little larger.
    static let frameBytesMax = 3 << 20

    /// The number of a frame to be skipped (RFC 8878 §3.1.2) and the length of the rest, both the least byte first.
    private static let frame: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 48, 0, 0, 0]
    private static let magic = Array("MNBK".utf8)

    let kind: Kind
    let frameBytes: Int
    let contentBytes: Int
    var digest = Digest.zero

    init(_ kind: Kind, frameBytes: Int, contentBytes: Int) {
        self.kind = kind
        self.frameBytes = frameBytes
        self.contentBytes = contentBytes
    }

    private var bytesBeforeDigest: [UInt8] {
        Self.frame + Self.magic + [Self.version, kind.rawValue, 0, 0]
            + BigEndian.bytes(UInt64(frameBytes) << 32 | UInt64(contentBytes))
    }

    var bytes: [UInt8] { bytesBeforeDigest + digest.bytes }

    /// The digest of the block before, then of this one's head without its digest, then of its frame.
    func digest(behind before: Digest, _ frame: [UInt8]) -> Digest {
        var hasher = Hasher256()
        hasher.update(before)
        hasher.update(bytesBeforeDigest)
        hasher.update(frame)
        return hasher.digest()
    }

    init(decoding bytes: [UInt8]) throws(BackupFault) {
        let start = Self.frame + Self.magic
        guard bytes.prefix(start.count).elementsEqual(start.prefix(bytes.count)) else { throw .foreign }
        guard bytes.count == Self.byteCount else { throw .cut }
        guard bytes[12] == Self.version else { throw .newer(version: bytes[12]) }
        guard let kind = Kind(rawValue: bytes[13]), bytes[14] == 0, bytes[15] == 0,
            let digest = Digest(Array(bytes[24...]))
        else { throw .altered("a block is of no kind") }
        let lengths = BigEndian.value(bytes, at: 16)
        self.init(kind, frameBytes: Int(lengths >> 32), contentBytes: Int(lengths & 0xFFFF_FFFF))
        self.digest = digest
        let isEmpty = frameBytes == 0 && contentBytes == 0
        guard frameBytes <= Self.frameBytesMax, contentBytes <= Self.contentBytesMax, isEmpty == (kind == .end) else {
            throw .altered("a block has a length that none has")
        }
    }
}

/// The blocks of a backup as they are written, each with a digest that follows from all before it.
package struct BackupChain {
    package private(set) var digest = Digest.zero

    package init() {}

    /// The next block; the last one has no content.
    package mutating func block(_ kind: BackupHead.Kind, _ content: [UInt8]) -> [UInt8] {
        let frame = content.isEmpty ? [] : Zstandard.compress(content)
        var head = BackupHead(kind, frameBytes: frame.count, contentBytes: content.count)
        digest = head.digest(behind: digest, frame)
        head.digest = digest
        return head.bytes + frame
    }
}
