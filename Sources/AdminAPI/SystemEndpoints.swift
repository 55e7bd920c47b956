import Endpoints
import Engine
import Views
import Wire

/// How the server is, for whoever watches over it: answered without a credential, and never recorded.
struct SystemEndpoints: Sendable {
    private let admin: Admin

    init(_ admin: Admin) { self.admin = admin }

    var all: [Endpoint] {
        [
            open(
                "/health",
                "health.read",
                "Tell whether the server can do its work",
                Self.healthSchema,
                health,
                or: 503
            ),
            open(
                "/health/integrity",
                "health.integrity",
                "Tell how far the ledger was checked and signed for",
                Self.integritySchema,
                integrity
            ),
        ]
    }

    private func open(
        _ path: PathTemplate,
        _ name: String,
        _ summary: String,
        _ schema: Schema,
        _ answer: @escaping @Sendable () -> Response,
        or other: Int? = nil,
    ) -> Endpoint {
        let replies =
            [Endpoint.Reply(200, "All is well", schema)]
            + (other.map { [Endpoint.Reply($0, "Writes are refused; reason says why", schema)] } ?? [])
        // Whoever watches must hear something just when others are turned away; so `/metrics` where it is open.
        return Endpoint(
            .get,
            path,
            name: name,
            access: .open,
            summary,
            replies: replies,
            isAnsweredUnderOverload: true,
            isBrief: true
        ) { _, _ in answer() }
    }

    private func health() -> Response {
        let status = admin.instance.status
        var members: Members = ["status": "ok"]
        if let reason = status.refusal {
            members = ["status": "refusing_writes", "reason": .string(reason)]
        }
        let audit = admin.instance.auditProgress
        if let audit {
            members.append(
                "audit",
                [
                    "folded": .integer(Int64(audit.folded)), "size": .integer(Int64(audit.size)),
                    "seconds_left": .integer(audit.secondsLeft),
                ]
            )
        }
        var warnings: [JSON] = []
        if audit != nil {
            warnings.append("The audit is made anew: until it has every entry, searches of it are answered with 503")
        }
        if status.diskShare >= WriterStatus.diskWarningShare {
            warnings.append(.string("The disk is \(Int64(status.diskShare * 100)) % full"))
        }
        if status.anchorTrouble != nil {
            warnings.append("The anchor cannot be written: entries are not being signed for")
        }
        if status.putOff != nil {
            warnings.append("Writes are put off: the storage is busy, as with reads that take too long")
        }
        if let warning = backupWarning { warnings.append(.string(warning)) }
        warnings += admin.settings.moreWarnings().map(JSON.string)
        let oldest = admin.instance.oldestReadMicroseconds
        if oldest > Instance.readMicrosecondsMax {
            warnings.append(
                .string("A read has been open for \(oldest / 1_000_000) seconds: its space is not used again")
            )
        }
        if !warnings.isEmpty { members.append("warnings", .array(warnings)) }
        return .json(status.refusal == nil ? 200 : 503, JSON.object(members).compact)
    }

    private var backupWarning: String? {
        guard let hoursMax = admin.settings.backupAgeHoursMax else { return nil }
        guard let newest = admin.instance.newestBackupAt else { return "No backup of this ledger is known of" }
        let hours = (admin.instance.world.wall().seconds - newest.seconds) / 3_600
        return hours < hoursMax ? nil : "The newest backup is \(hours) hours old"
    }

    private func integrity() -> Response {
        let (integrity, now) = (admin.instance.integrity, admin.instance.world.wall())
        let body: JSON = [
            "size": .integer(Int64(integrity.size)),
            "verified": Self.json(
                integrity.verified,
                now,
                [("ok", integrity.isVerifiedOK.map(JSON.bool) ?? .null)]
            ),
            "interrupted": integrity.interrupted.map(Self.json) ?? .null,
            "checkpoint": Self.json(integrity.checkpoint, now, []),
            "clock": [
                "drift_microseconds": .integer(clamping: integrity.clockDriftMicroseconds),
                "synchronised": integrity.isClockSynchronised.map(JSON.bool) ?? .null,
            ],
        ]
        return .json(200, body.compact)
    }

    private static func json(_ extent: Integrity.Extent?, _ now: Instant, _ more: [(String, JSON)]) -> JSON {
        guard let extent else { return .null }
        let age = extent.at.map { max(0, now.seconds - $0.seconds) }
        return .object(
            Members(
                [
                    ("index", .integer(Int64(extent.size) - 1)), ("size", .integer(Int64(extent.size))),
                    ("root", .string(extent.root)), ("at", extent.at.map { .string($0.text) } ?? .null),
                    ("age_seconds", age.map(JSON.integer) ?? .null),
                ] + more
            )
        )
    }

    private static func json(_ interrupted: InterruptedVerification) -> JSON {
        [
            "reason": .string(interrupted.reason), "count": .integer(Int64(interrupted.count)),
            "at": .string(interrupted.at.text), "next_at": .string(interrupted.nextAt.text),
        ]
    }

    private static let healthSchema = Schema.object([
        .init("status", .choice(["ok", "refusing_writes"]), required: true),
        .init("reason", .string(), "Why writes are refused"),
        .init(
            "audit",
            .object([
                .init("folded", .integer(min: 0), "How many entries it has", required: true),
                .init("size", .integer(min: 0), "How many entries there are", required: true),
                .init("seconds_left", .integer(min: 0), "In how many seconds it is done", required: true),
            ]),
            "How far the audit is, while it is made anew beside serving"
        ),
        .init("warnings", .array(.string()), "What will soon need an operator"),
    ])

    private static let integritySchema = Schema.object([
        .init("size", .integer(min: 0), "How many entries there are", required: true),
        .init("verified", .nullable(extent([.init("ok", .nullable(.boolean), required: true)])), required: true),
        .init(
            "interrupted",
            .nullable(
                .object([
                    .init("reason", .string(), "What kept it from reading on", required: true),
                    .init("count", .integer(min: 1), "How many ended so since the start", required: true),
                    .init("at", .time, required: true),
                    .init("next_at", .time, "When the next one begins", required: true),
                ])
            ),
            "Why no verification has come to its end since the start, where one was tried",
            required: true
        ),
        .init("checkpoint", .nullable(extent([])), "The last one that was signed", required: true),
        .init(
            "clock",
            .object([
                .init("drift_microseconds", .integer(), "How far the clock was set since the start", required: true),
                .init("synchronised", .nullable(.boolean), "What the host says", required: true),
            ]),
            required: true
        ),
    ])

    private static func extent(_ more: [Schema.Property]) -> Schema {
        .object(
            [
                .init("index", .integer(), "The last index it covers", required: true),
                .init("size", .integer(min: 0), required: true),
                .init("root", .string(), "Of the Merkle tree, in base64", required: true),
                .init("at", .nullable(.time), required: true),
                .init("age_seconds", .nullable(.integer(min: 0)), required: true),
            ] + more
        )
    }
}
