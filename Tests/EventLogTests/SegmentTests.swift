import EventLog
import OpenSSL
import Testing
import Wire

/// Sealed segments and keyed hashes, to the byte.
struct SegmentTests {
    @Test(arguments: FormatVectors.segments.indices)
    func `a segment is sealed as its vector, and opens again`(_ number: Int) throws {
        let known = FormatVectors.segments[number]
        let (ledger, key) = try ([UInt8](hex: FormatVectors.ledgerID), [UInt8](hex: FormatVectors.dataKey))
        let fields = try #require(try JSON.parse(Array(known.json.utf8), as: .canonical).members)
        let plaintext = Segment.plaintext(salt: try [UInt8](hex: known.salt), fields: fields)
        let commitment = Segment.commitment(plaintext)
        #expect(try commitment == Digest(hex: known.commitment))
        #expect(Base64URL.encode(commitment.bytes) == known.commitmentText)
        let row = Segment.seal(plaintext, subject: known.subject, ledger: ledger, dataKey: key)
        #expect(Hex.encode(row) == known.row)
        let opened = Segment.open(
            row,
            subject: known.subject,
            commitment: commitment,
            ledger: ledger,
            dataKey: key
        )
        #expect(opened == plaintext)
        #expect(opened.flatMap(Segment.fields) == fields)
    }

    @Test func `nothing but the very row, subject, commitment, ledger and key opens a segment`() throws {
        let known = FormatVectors.segments[0]
        let (ledger, key) = try ([UInt8](hex: FormatVectors.ledgerID), [UInt8](hex: FormatVectors.dataKey))
        let (row, commitment) = try ([UInt8](hex: known.row), Digest(hex: known.commitment))
        let open = { (row: [UInt8], subject: String, commitment: Digest, ledger: [UInt8], key: [UInt8]) in
            Segment.open(row, subject: subject, commitment: commitment, ledger: ledger, dataKey: key)
        }
        #expect(open(row, known.subject, commitment, ledger, key) != nil)
        for place in row.indices {
            var spoiled = row
            spoiled[place] ^= 1
            #expect(open(spoiled, known.subject, commitment, ledger, key) == nil, "byte \(place)")
        }
        #expect(open(Array(row.dropLast()), known.subject, commitment, ledger, key) == nil)
        #expect(open([], known.subject, commitment, ledger, key) == nil)
        #expect(open(row, "usr_other", commitment, ledger, key) == nil)
        #expect(open(row, known.subject, commitment.altered, ledger, key) == nil)
        #expect(open(row, known.subject, commitment, Array(ledger.reversed()), key) == nil)
        #expect(open(row, known.subject, commitment, ledger, Array(key.reversed())) == nil)
    }

    @Test func `keyed hashes are those of their vectors, each kind its own`() throws {
        let key = [UInt8](repeating: try [UInt8](hex: FormatVectors.macKey)[0], count: 32)
        let secret = Array(FormatVectors.secret.utf8)
        for (name, mac) in FormatVectors.macs {
            let kind = try #require(SecretHash.Kind(rawValue: name))
            #expect(try SecretHash.mac(secret, kind: kind, key: key) == Digest(hex: mac))
        }
        let all = Set(SecretHash.Kind.allCases.map { SecretHash.mac(secret, kind: $0, key: key) })
        #expect(all.count == SecretHash.Kind.allCases.count)
        #expect(
            SecretHash.Kind.allCases.map(\.rawValue).sorted() == [
                "api_key", "client_secret", "code", "device_code", "idempotency_body", "idempotency_key", "par",
                "refresh_token", "reset", "session",
            ]
        )
    }
}
