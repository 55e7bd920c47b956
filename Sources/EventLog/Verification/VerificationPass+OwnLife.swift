import OpenSSL
import Wire

// The entries on which verification itself rests: genesis, keys, erasures, retention, attestations.
extension VerificationPass {
    /// A chain begins with what made its owner.
    mutating func checkBeginning(_ index: UInt64, _ facts: EntryFacts, _ bytes: Span<UInt8>) {
        let name = scanner.chains.text(of: facts.chain)
        let type =
            switch name.utf8.first {
            case UInt8(ascii: "p") where name.hasPrefix("prt_"): "partner.created"
            case UInt8(ascii: "t"): "tenant.created"
            case _: "ledger.created"
            }
        let isOwn = name == "platform" || scanner.isText(name, bytes, facts.stream)
        guard facts.class == .state, scanner.isText(type, bytes, facts.type), isOwn else {
            report.add(index, "the chain \(name) does not begin with its \(type)")
            return
        }
    }

    /// `chains.attested` speaks of the heads before it, so this comes before its own moves one.
    mutating func checkAttestation(_ index: UInt64, _ bytes: Span<UInt8>) {
        guard let entry = try? Entry(decoding: EntryScanner.copy(bytes)) else { return }
        let data = MemberReader(entry.data)
        let (count, root) = chains.attestation(scanner.chains)
        guard (try? data.position("at")) == index, (try? data.position("count")) == UInt64(count) else {
            report.add(index, "it should attest \(count) heads at \(index)")
            return
        }
        guard (try? data.digest("root")) == root else {
            report.add(index, "its root is not that of the chains' heads")
            return
        }
    }

    mutating func admitOwnLife(_ index: UInt64, _ bytes: [UInt8]) {
        guard let entry = try? Entry(decoding: bytes), let type = OwnType(rawValue: entry.type) else { return }
        switch type {
        case .ledgerCreated: admitGenesis(entry)
        case .ledgerForked:
            if let fault = life.fork(entry) { report.add(index, fault) }
        case .checkpointKeyCreated, .checkpointKeyRetired:
            guard let key = entry.data["verifier_key"]?.text.flatMap({ try? VerifierKey($0) }) else {
                report.add(index, "data.verifier_key is no verifier key")
                return
            }
            let fault = type == .checkpointKeyCreated ? life.create(key, at: index) : life.retire(key, at: index)
            if let fault { report.add(index, fault) }
        case .dataKeyDestroyed:
            guard let key = entry.data["key"]?.text, entry.data["why"]?.text?.isEmpty == false else {
                report.add(index, "data names no key and why it was destroyed")
                return
            }
            segments.destroy(key, at: index)
        case .retentionApplied: admitRetention(entry)
        case .chainsAttested, .ledgerOpened, .ledgerClosed, .ledgerDegraded, .ledgerResumed, .ledgerMoved,
            .ledgerBackedUp, .ledgerVerified, .configurationChanged, .clockStepped, .clockAccepted, .viewsAttested,
            .endsSwept, .refusalsSummarized, .readsSummarized, .commandFailed:
            break
        }
    }

    private mutating func admitGenesis(_ entry: Entry) {
        do {
            let identity = try LedgerIdentity(genesis: entry)
            if identity.id.count == 16 { segments.ledgerID = identity.id }
            if let fault = life.begin(identity) { report.add(entry.index, fault) }
        } catch LedgerFault.damaged(_, let what) {
            report.add(entry.index, what)
        } catch {
            report.add(entry.index, "\(error)")
        }
        let data = MemberReader(entry.data)
        let isWhole =
            entry.data["hash"]?.text == "sha256" && entry.data["software"]?.text != nil
            && (try? data.digest("format")) != nil
        if !isWhole { report.add(entry.index, "data does not say hash, format and software") }
    }

    private mutating func admitRetention(_ entry: Entry) {
        guard let run = RetentionBook.Run(entry) else {
            report.add(entry.index, "data does not say what retention removes")
            return
        }
        let chain = scanner.chains.find(Array(run.chain.utf8).span)
        let head = chain.flatMap { chains.head($0, .activity) }
        if let fault = retention.admit(run, headSequence: head?.sequence) { report.add(entry.index, fault) }
    }
}
