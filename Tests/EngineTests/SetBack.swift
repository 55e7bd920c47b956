import Engine
import EventLog
import Identity
import OpenSSL
import Storage
import Testing
import Views
import Wire

extension ForkTests {
    /// A ledger on a simulated disk with an older copy of itself beside it.
    struct SetBack {
        let ground: Ground
        /// How many entries the copy has.
        let size: UInt64
        /// What the entries after it committed to.
        private(set) var lostCommitments: Set<[UInt8]> = []

        init(seed: UInt64, rotates: Bool = false) async throws {
            ground = try Ground(seed: seed)
            let first = try await ground.open()
            try await Self.register(2, ground, first)
            try await first.close()
            size = try Self.copy("ledger", to: "older", ground)
            let second = try await ground.open()
            // A rotation is signed by both keys, what follows by the new one.
            if rotates { _ = try await second.rotateCheckpointKey() }
            try await Self.register(3, ground, second)
            try await second.close()
            lostCommitments = try Self.commitments(ground, from: size)
            try putBack()
        }

        /// The copy is written on beside an anchor as old as itself, past what the newer anchor knows; then that one
        /// comes back.
        func outgrow() async throws {
            let anchor = try SmallFiles(simulated: ground.disk, prefix: "anchor")
            let (checkpoint, hint) = (try anchor.read("checkpoint"), try anchor.read("head"))
            try ground.directory.anchor().store(signed())
            try anchor.remove("head")
            try ground.disk.remove("views")
            let instance = try await ground.open()
            try await register(8, instance)
            try await instance.close()
            try anchor.write("checkpoint", try #require(checkpoint), mode: 0o644)
            try anchor.write("head", try #require(hint), mode: 0o644)
        }

        /// The checkpoint of the copy as it was.
        func signed() throws -> SignedNote {
            let (tables, identity) = (try ground.directory.ledger(), ground.founded.identity)
            let root = try tables.environment.read { try tables.range(at: size, $0).root }
            let signer = try #require(try Ground.checkpointKey(ground.directory, identity))
            return Checkpoint(origin: identity.origin, size: size, root: root).signed(by: [signer])
        }

        /// Puts the older copy in the ledger's place.
        func putBack() throws {
            try ground.disk.remove("ledger")
            try Self.copy("older", to: "ledger", ground)
        }

        @discardableResult
        private static func copy(_ name: String, to other: String, _ ground: Ground) throws -> UInt64 {
            let environment = try Environment(
                simulated: ground.disk,
                name: name,
                options: Environment.Options(mapBytes: DataDirectory.mapBytes, sync: .everyCommit)
            )
            try environment.copy(to: ground.disk, as: other)
            let tables = try LedgerTables(environment)
            return try tables.environment.read { try tables.size($0) }
        }

        func register(_ count: Int, _ instance: Instance) async throws {
            try await Self.register(count, ground, instance)
        }

        /// Partners, each with a sealed segment, under the same names and data keys in every history.
        private static func register(_ count: Int, _ ground: Ground, _ instance: Instance) async throws {
            for number in 0..<count {
                let id = PartnerID(random: instance.world.random(16))
                let slug = JSON.string("p\(instance.status.size)-\(number)")
                let command = try Change<Partner>.registering(id, ["name": "P", "slug": slug])
                _ = try await instance.perform(command, by: ground.service())
                ground.clock.pass(microseconds: 10)
            }
        }

        static func commitments(_ ground: Ground, from size: UInt64) throws -> Set<[UInt8]> {
            var found: Set<[UInt8]> = []
            let tables = try ground.directory.ledger(.readOnly)
            try tables.walk(size..<tables.environment.read { try tables.size($0) }) { line in
                guard case .entry(_, let bytes) = line else { return }
                for item in try Entry(decoding: bytes).sealed { found.insert(item.commitment.bytes) }
            }
            return found
        }

        func fork(_ lost: LostHistory?) throws -> Instance.Forked {
            try Instance.fork(ground.directory, world: ground.clock.world, givingUp: lost, reason: "the disk died")
        }

        /// What a start refuses it for; `nil` when it starts, and is closed again.
        func refusal() async throws -> LostHistory? {
            do {
                let instance = try await ground.open()
                try await instance.close()
                return nil
            } catch LedgerFault.rolledBack(_, let lost) {
                let told: LostHistory = try #require(lost)
                return told
            }
        }

        /// All of it holds, the signature by the last fork's name included.
        func expectWhole(_ name: String = "") throws {
            let tables = try ground.directory.ledger(.readOnly)
            let report = try Verification(tables: tables, keys: nil, anchor: ground.directory.anchor(.readOnly)).run()
            #expect(report.problems == [], "\(name)")
            #expect(report.checkpoint?.origin == report.origin, "\(name)")
            #expect(report.checkpoint?.size == report.entries, "\(name)")
        }

        func forks() throws -> [Entry] {
            let tables = try ground.directory.ledger(.readOnly)
            var found: [Entry] = []
            try tables.walk(size..<tables.environment.read { try tables.size($0) }) { line in
                guard case .entry(_, let bytes) = line else { return }
                let entry = try Entry(decoding: bytes)
                if entry.type == LedgerSubject.entry(.forked).text { found.append(entry) }
            }
            return found
        }
    }
}
