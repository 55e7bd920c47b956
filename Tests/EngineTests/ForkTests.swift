import Engine
import EventLog
import Identity
import OpenSSL
import Storage
import Testing
import Views
import Wire

/// A ledger that was set back goes on under another name, once somebody has given up what is lost.
struct ForkTests {
    @Test func `what the opening owes for want of room is written before anything that a fork writes`() async throws {
        let setBack = try await SetBack(seed: 203)
        let lost = try #require(try await setBack.refusal())
        // A ledger of the days before its table of data keys.
        let environment = try Environment(simulated: setBack.ground.disk, name: "ledger")
        let table = try environment.table("data_keys")
        let isWhole = { try environment.read { try $0.contains(table, [0]) } }
        var write = try environment.beginWrite()
        #expect(try write.delete(table, [0]))
        try write.commit()
        setBack.ground.disk.plan(.full, at: setBack.ground.disk.operations + 1)
        _ = try setBack.fork(lost)
        #expect(setBack.ground.disk.faultsMet.count == 1)
        #expect(try isWhole())
        try setBack.expectWhole()
    }

    @Test func `T11 what was lost is given up by name alone, and the ledger goes on under another`() async throws {
        let setBack = try await SetBack(seed: 201)
        let lost = try #require(try await setBack.refusal())
        #expect(lost.size > setBack.size)
        let other = LostHistory(size: lost.size, root: SHA256Hash.hash([1]))
        for wrong in [nil, other, LostHistory(size: lost.size - 1, root: lost.root)] {
            let refused = #expect(throws: Instance.ForkRefusal.self) { try setBack.fork(wrong) }
            guard case .notAcknowledged(lost, _)? = refused else {
                Issue.record("\(wrong.debugDescription): \(refused.debugDescription)")
                continue
            }
        }
        #expect(try await setBack.refusal() == lost, "nothing was changed")
        let genesis = setBack.ground.founded.identity.origin
        let forked = try setBack.fork(lost)
        #expect(forked.index == setBack.size)
        #expect(forked.origin == "\(genesis)/\(setBack.size)")
        #expect(forked.verifiers.map(\.name) == [forked.origin])
        try setBack.expectWhole()
        let from = try #require(try setBack.forks().first?.data["from"])
        #expect(from["origin"]?.text == genesis)
        #expect(from["size"]?.number == Int64(lost.size))
        #expect(from["root"]?.text == Base64URL.encode(lost.root.bytes))
        #expect(throws: Instance.ForkRefusal.nothingLost) { try setBack.fork(lost) }
        #expect(throws: Instance.ForkRefusal.nothingLost) { try setBack.fork(nil) }
    }

    @Test func `after a fork it is written, signed, and its checkpoint keys change places`() async throws {
        let setBack = try await SetBack(seed: 202)
        let forked = try setBack.fork(try await setBack.refusal())
        for _ in 1...3 {
            let instance = try await setBack.ground.open()
            #expect(instance.origin == forked.origin)
            try await setBack.register(1, instance)
            let keys = try await instance.rotateCheckpointKey()
            #expect(keys.map(\.name) == [forked.origin, forked.origin])
            let note = try #require(instance.checkpoint)
            #expect(keys.allSatisfy { note.isSigned(by: $0) })
            try await instance.close()
            try setBack.expectWhole()
        }
    }

    @Test func `T27 no segment of the history given up and of the one that follows has the same key`() async throws {
        let setBack = try await SetBack(seed: 203)
        _ = try setBack.fork(try await setBack.refusal())
        let instance = try await setBack.ground.open()
        try await setBack.register(3, instance)
        try await instance.close()
        let fresh = try SetBack.commitments(setBack.ground, from: setBack.size)
        #expect(fresh.count >= 3 && setBack.lostCommitments.count >= 3)
        #expect(fresh.isDisjoint(with: setBack.lostCommitments))
    }

    @Test func `the same copy put back again and again takes a name that was never used`() async throws {
        let setBack = try await SetBack(seed: 204)
        var origins: Set<String> = []
        for round in 1...4 {
            let forked = try setBack.fork(try await setBack.refusal())
            #expect(origins.insert(forked.origin).inserted, "round \(round)")
            try setBack.expectWhole("round \(round)")
            let instance = try await setBack.ground.open()
            try await setBack.register(8, instance)
            try await instance.close()
            try setBack.expectWhole("round \(round), in use")
            try setBack.putBack()
        }
        #expect(try setBack.ground.directory.anchor().forks().count == 4)
    }

    @Test(arguments: [false, true])
    func `T11 an older copy that was written on past its anchor is led on alike`(keyIsLost: Bool) async throws {
        let setBack = try await SetBack(seed: 210, rotates: keyIsLost)
        let known = try #require(try await setBack.refusal())
        try await setBack.outgrow()
        let tables = try setBack.ground.directory.ledger(.readOnly)
        let size = try tables.environment.read { try tables.size($0) }
        #expect(size > known.size)
        #expect(try await setBack.refusal() == known, "what was signed is the same, however long the ledger is")
        #expect(throws: Instance.ForkRefusal.self) { try setBack.fork(nil) }
        let forked = try setBack.fork(known)
        #expect(forked.index == size)
        try setBack.expectWhole()
        let from = try #require(try setBack.forks().first?.data["from"])
        #expect(from["size"]?.number == Int64(known.size))
        #expect(from["root"]?.text == Base64URL.encode(known.root.bytes))
        let instance = try await setBack.ground.open()
        try await setBack.register(1, instance)
        try await instance.close()
        try setBack.expectWhole()
    }

    @Test(arguments: [Fault.powerCut, .keptButDenied], [false, true])
    func `whichever operation fails, a fork has not happened, is done again, or stands`(
        _ fault: Fault,
        outgrown: Bool,
    ) async throws {
        var (refused, stood, operation) = (0, 0, 0)
        while true {
            operation += 1
            let setBack = try await SetBack(seed: UInt64(300 + operation))
            if outgrown { try await setBack.outgrow() }
            let lost = try await setBack.refusal()
            let disk = setBack.ground.disk
            disk.plan(fault, at: disk.operations + operation)
            let isForked = (try? setBack.fork(lost)) != nil
            guard let met = disk.faultsMet.first else {
                #expect(isForked)
                break
            }
            let name = "\(met), seed \(300 + operation)"
            disk.crash()
            setBack.ground.clock.reboot()
            if let again = try await setBack.refusal() {
                #expect(again == lost, "\(name)")
                _ = try setBack.fork(lost)
                refused += 1
            } else {
                #expect(throws: Instance.ForkRefusal.nothingLost, "\(name)") { try setBack.fork(lost) }
                stood += 1
            }
            let instance = try await setBack.ground.open()
            #expect(instance.origin != instance.identity.origin, "\(name)")
            try await setBack.register(1, instance)
            try await instance.close()
            try setBack.expectWhole(name)
            #expect(try (1...2).contains(setBack.forks().count), "\(name)")
        }
        #expect(refused > 10, "\(refused) refused, \(stood) stood")
        // The last operation of all makes the new checkpoint last: where that is done and denied, the fork stands.
        #expect(stood > 0 || fault != .keptButDenied)
    }

    /// What else than a signed checkpoint can tell of a loss.
    enum Witness: CaseIterable { case headHint, views, nothingButTheLedger }

    @Test(arguments: Witness.allCases)
    func `whatever tells of the loss can be given up`(_ witness: Witness) async throws {
        let setBack = try await SetBack(seed: 205)
        let (ground, top) = (setBack.ground, setBack.ground.directory)
        let anchor = try SmallFiles(simulated: ground.disk, prefix: "anchor")
        let tables = try top.ledger()
        let root = try tables.environment.read { try tables.range(at: setBack.size, $0).root }
        let note = try setBack.signed()
        switch witness {
        case .headHint: try top.anchor().store(note)
        case .views:
            try top.anchor().store(note)
            try anchor.remove("head")
        case .nothingButTheLedger:
            for name in ["head", "checkpoint"] { try anchor.remove(name) }
        }
        let lost = try #require(try await setBack.refusal())
        switch witness {
        case .headHint, .views: #expect(lost.size > setBack.size)
        case .nothingButTheLedger: #expect(lost == LostHistory(size: setBack.size, root: root))
        }
        // Views that are made anew tell of nothing any more.
        let kept = #expect(throws: LedgerFault.self) { try Instance.rebuildViews(top, world: ground.clock.world) }
        guard case .rolledBack(_, lost)? = kept else {
            Issue.record("\(kept.debugDescription)")
            return
        }
        let forked = try setBack.fork(lost)
        try setBack.expectWhole()
        let instance = try await ground.open()
        #expect(instance.origin == forked.origin)
        try await setBack.register(1, instance)
        try await instance.close()
        try setBack.expectWhole()
    }

    @Test func `views that folded another history are told from their ledger, however far it has got since`()
        async throws
    {
        let setBack = try await SetBack(seed: 206)
        let ground = setBack.ground
        try ground.disk.rename("views", to: "views.kept")
        // The anchor goes back as well, and the ledger outgrows what the views had folded.
        let anchor = try SmallFiles(simulated: ground.disk, prefix: "anchor")
        for name in ["head", "checkpoint"] { try anchor.remove(name) }
        _ = try setBack.fork(try await setBack.refusal())
        let instance = try await ground.open()
        try await setBack.register(20, instance)
        try await instance.close()
        try ground.disk.remove("views")
        try ground.disk.rename("views.kept", to: "views")
        #expect(try await setBack.refusal() != nil)
    }

    @Test func `an anchor that speaks of more entries than there can be gives nothing up`() async throws {
        let ground = try Ground(seed: 208)
        let size = UInt64(1) << 60
        try ground.directory.anchor().hint(Anchor.HeadHint(size: size, root: SHA256Hash.hash([1])))
        let lost = LostHistory(size: size, root: SHA256Hash.hash([1]))
        #expect(throws: LedgerFault.self) {
            try Instance.fork(ground.directory, world: ground.clock.world, givingUp: lost)
        }
    }

    @Test func `where there is no checkpoint it is asked first whether the anchor is where it should be`() async throws
    {
        let ground = try Ground(seed: 209)
        try SmallFiles(simulated: ground.disk, prefix: "anchor").remove("checkpoint")
        do {
            try await ground.open().close()
            Issue.record("it started without a checkpoint")
        } catch LedgerFault.rolledBack(let why, _) {
            #expect(why.contains("is anchor, its folder, mounted") && why.contains("--anchor"), "\(why)")
        }
    }

    @Test func `what is left is verified before it is signed`() async throws {
        let setBack = try await SetBack(seed: 207)
        let lost = try await setBack.refusal()
        // A row that no opening looks at: only who reads everything finds it.
        let tables = try setBack.ground.directory.ledger()
        let stream = Array(setBack.ground.founded.client.text.utf8)
        var row = try #require(try tables.environment.read { try $0.get(tables.streams, stream) })
        row[7] ^= 1
        var transaction = try tables.environment.beginWrite()
        try transaction.put(tables.streams, stream, row)
        try transaction.commit()
        let fault = #expect(throws: LedgerFault.self) { try setBack.fork(lost) }
        guard case .damaged? = fault else {
            Issue.record("\(fault.debugDescription)")
            return
        }
        #expect(try await setBack.refusal() == lost)
    }
}

extension Ground {
    /// The key that signs the first checkpoints.
    static func checkpointKey(_ directory: DataDirectory, _ identity: LedgerIdentity) throws -> Ed25519Key? {
        let folder = try directory.keys()
        guard let kek = try KeyEncryptionKey.left(in: folder),
            let epoch = try EpochKey.open(in: folder, keyEncryptionKey: kek.bytes)
        else { return nil }
        let keys = try KeyStore(folder: folder, epoch: epoch, random: { [UInt8](repeating: 1, count: $0) })
        return try keys.key(KeyName.checkpoint(CheckpointKeys.stream(identity.verifierKey))).map {
            try Ed25519Key(seed: $0)
        }
    }
}
