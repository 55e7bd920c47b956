import Glibc
import Hostile
import Programs
import Storage
import Testing

/// The fuzzer's corpus, what crashed it once included, through the very checks that the fuzzer runs.
///
/// One parser after the other: what they compute would leave no processor to tests that wait for something.
@Suite(.serialized)
struct CorpusTests {
    @Test(arguments: HostileParser.all)
    func `a parser keeps its promises on the corpus and on what is near it`(_ parser: HostileParser) async throws {
        let check = try await parser.prepare()
        let inputs = try Self.corpus(parser.name)
        #expect(!inputs.isEmpty, "Tools/Fuzz/corpus/\(parser.name) has nothing to begin with")
        for (name, bytes) in inputs {
            for (number, near) in Self.near(bytes).enumerated() {
                do {
                    try await check(near)
                } catch {
                    Issue.record("\(name), variant \(number): \(error)")
                }
            }
        }
    }

    @Test func `every folder of the corpus is some parser's`() throws {
        let known = Set(HostileParser.all.map(\.name))
        #expect(known.count == HostileParser.all.count, "two parsers of one name")
        for folder in try Self.names(in: Self.path) { #expect(known.contains(folder), "\(folder)") }
    }

    private static let variantsMax = 48

    /// The bytes, and the same with one of them changed, gone, doubled, or with all behind it cut off.
    private static func near(_ bytes: [UInt8]) -> [[UInt8]] {
        var variants = [bytes, []]
        guard !bytes.isEmpty else { return variants }
        // Spread over the input by a fixed stride, so that a failure is the same on every machine.
        for step in 0..<variantsMax {
            let place = (step * 7_919 + step / 4) % bytes.count
            switch step % 4 {
            case 0: variants.append(Array(bytes[..<place]))
            case 1: variants.append(Array(bytes[..<place] + bytes[(place + 1)...]))
            case 2: variants.append(Array(bytes[...place] + bytes[place...]))
            default:
                var changed = bytes
                changed[place] ^= 1 << UInt8(step / 4 % 8)
                variants.append(changed)
            }
        }
        return variants
    }

    private static func corpus(_ name: String) throws -> [(name: String, bytes: [UInt8])] {
        let folder = try SmallFiles(path: "\(path)/\(name)", access: .readOnly)
        return try folder.list().sorted().map { (name: $0, bytes: try folder.read($0) ?? []) }
    }

    private static let path = "\(Programs.project)/Tools/Fuzz/corpus"

    private static func names(in folder: String) throws -> [String] {
        guard let listing = unsafe opendir(folder) else { throw StorageError(.notFound, "list \(folder)", code: errno) }
        defer { unsafe closedir(listing) }
        var names: [String] = []
        while let entry = unsafe readdir(listing) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }
}
