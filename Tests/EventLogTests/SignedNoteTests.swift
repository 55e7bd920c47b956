import EventLog
import OpenSSL
import Testing
import Wire

/// Keys, checkpoints and proofs in the texts of the C2SP formats.
struct SignedNoteTests {
    static func key(_ seed: String) throws -> Ed25519Key { try Ed25519Key(seed: [UInt8](hex: seed)) }

    @Test func `a verifier key is written as its vector, and read back`() throws {
        let log = VerifierKey(name: "ledger.example/t1", publicKey: try Self.key(MerkleVectors.logKeySeed).publicKey)
        #expect(log.description == MerkleVectors.logKey)
        #expect(try log.publicKey == [UInt8](hex: MerkleVectors.logKeyPublic))
        #expect(try VerifierKey(MerkleVectors.logKey) == log)
        let witness = try VerifierKey(MerkleVectors.witnessKey)
        #expect(witness.algorithm == .cosignature)
        #expect(try witness.publicKey == [UInt8](hex: MerkleVectors.witnessKeyPublic))
        #expect(witness.description == MerkleVectors.witnessKey)
    }

    @Test(arguments: [
        "", "ledger.example/t1", "ledger.example/t1+be682bba", "+be682bba+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
        "ledger.example/t2+be682bba+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
        "ledger.example/t1+be682bbb+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
        "ledger.example/t1+BE682BBA+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
        "ledger.example/t1+be682bba+AgOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
        "ledger.example/t1+be682bba+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG",
    ])
    func `a verifier key that is not exactly one is refused`(text: String) {
        #expect(throws: Malformed.self) { try VerifierKey(text) }
    }

    @Test func `a checkpoint is signed as its vector`() throws {
        let root = try Digest(hex: MerkleVectors.roots[8])
        let checkpoint = Checkpoint(origin: "ledger.example/t1", size: 8, root: root)
        let signed = checkpoint.signed(by: [try Self.key(MerkleVectors.logKeySeed)])
        let known = try SignedNote(decoding: MerkleVectors.checkpoint)
        #expect(known.text == checkpoint.text)
        #expect(known.signatures.first == signed.signatures.first)
        #expect(known.encoded == MerkleVectors.checkpoint)
        #expect(try Checkpoint(text: known.text) == checkpoint)
    }

    @Test func `the log's line and the witness's line both hold`() throws {
        let note = try SignedNote(decoding: MerkleVectors.checkpoint)
        #expect(note.isSigned(by: try VerifierKey(MerkleVectors.logKey)))
        #expect(note.isSigned(by: try VerifierKey(MerkleVectors.witnessKey)))
        let stranger = VerifierKey(name: "ledger.example/t1", publicKey: Ed25519Key().publicKey)
        #expect(!note.isSigned(by: stranger))
    }

    @Test func `a note changed in any one byte is not signed`() throws {
        let (log, witness) = (try VerifierKey(MerkleVectors.logKey), try VerifierKey(MerkleVectors.witnessKey))
        let bytes = Array(MerkleVectors.checkpoint.utf8)
        for place in bytes.indices {
            var spoiled = bytes
            spoiled[place] ^= 1
            guard let note = try? SignedNote(decoding: String(decoding: spoiled, as: UTF8.self)) else { continue }
            #expect(!(note.isSigned(by: log) && note.isSigned(by: witness)), "byte \(place)")
        }
    }

    @Test(arguments: [
        "", "\n\n", "text\n", "text\n\n", "text\n\n— a\n", "text\n\n- a AAAAAAA=\n", "text\n\n— a AAAA\n",
        "text\n\n— a AAAAAAA=", "text\n\n—  AAAAAAA=\n", "text\n\n— a AAAAAAA= \n", "text\n\n— a AAAAAAA\n",
    ])
    func `what is no note is refused`(text: String) {
        #expect(throws: Malformed.self) { try SignedNote(decoding: text) }
    }

    @Test(arguments: [
        "", "o\n", "o\n8\n", "o\n08\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
        "o\n-1\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n", "\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
        "o\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg\n", "o\n8\nXcna\n",
        "o\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=",
    ])
    func `what is no checkpoint is refused`(text: String) {
        #expect(throws: Malformed.self) { try Checkpoint(text: text) }
    }

    @Test func `a transparency proof is written as its vector, and proves its entry`() throws {
        let proof = try TransparencyProof(decoding: MerkleVectors.proof)
        #expect(proof.encoded == MerkleVectors.proof)
        #expect(proof.index == 5)
        let (entry, key) = (try [UInt8](hex: MerkleVectors.leaves[5]), try VerifierKey(MerkleVectors.logKey))
        #expect(proof.proves(entry, signedBy: key))
        #expect(!proof.proves(entry + [0], signedBy: key))
        #expect(!proof.proves(try [UInt8](hex: MerkleVectors.leaves[4]), signedBy: key))
        for path in MerkleTreeTests.spoiled(proof.path) {
            #expect(!TransparencyProof(index: 5, path: path, note: proof.note).proves(entry, signedBy: key))
        }
        for index in [0, 4, 6, 7, 8, UInt64.max] {
            #expect(!TransparencyProof(index: index, path: proof.path, note: proof.note).proves(entry, signedBy: key))
        }
    }

    @Test func `an extra line is read over, and never written`() throws {
        let text = MerkleVectors.proof.split(separator: "\n", omittingEmptySubsequences: false)
        let extended = ([text[0], "extra AAEC"] + text.dropFirst()).joined(separator: "\n")
        #expect(try TransparencyProof(decoding: extended).encoded == MerkleVectors.proof)
    }

    @Test(arguments: [
        "c2sp.org/tlog-proof@v2", "index 05", "index -5", "index 5 ", "indeks 5", "vBoGQ7EuTS18d5GPROD095q=",
    ])
    func `a proof with a line that is not right is refused`(line: String) {
        let lines = MerkleVectors.proof.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for place in 0..<5 {
            var spoiled = lines
            spoiled[place] = line
            #expect(throws: Malformed.self) { try TransparencyProof(decoding: spoiled.joined(separator: "\n")) }
        }
    }
}
