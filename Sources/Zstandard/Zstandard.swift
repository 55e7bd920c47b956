import CZstd

/// Compression: one frame of Zstandard (RFC 8878) for each piece, as any program for `.zst` files reads them.
package enum Zstandard {
    /// The one that the library itself takes where nobody chooses: small and fast enough for a disk.
    private static let level: Int32 = 3

    package static func compress(_ bytes: [UInt8]) -> [UInt8] {
        let capacity = ZSTD_compressBound(bytes.count)
        return unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            count = unsafe ZSTD_compress(buffer.baseAddress, buffer.count, bytes, bytes.count, level)
            precondition(
                ZSTD_isError(count) == 0,
                "there is room for whatever comes out, so only memory can be lacking"
            )
        }
    }

    /// What is in a frame; `nil` unless it is one whole frame and holds so many bytes, at least one.
    package static func decompress(_ frame: [UInt8], toBytes size: Int) -> [UInt8]? {
        guard size > 0, unsafe ZSTD_findFrameCompressedSize(frame, frame.count) == frame.count,
            unsafe ZSTD_getFrameContentSize(frame, frame.count) == UInt64(size)
        else { return nil }
        var isWhole = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            let written = unsafe ZSTD_decompress(buffer.baseAddress, buffer.count, frame, frame.count)
            isWhole = written == size
            count = isWhole ? size : 0
        }
        return isWhole ? bytes : nil
    }
}
