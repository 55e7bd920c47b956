import Engine
import EventLog
import Identity
import OpenSSL
import Storage
import Views
import Web

extension CommandFailure {
    /// What an error of the layers below means to whoever typed the command.
    init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let fault as LedgerFault: self.init(.unopenable, Self.reason(fault))
        case let fault as BackupRefusal: self.init(.checkFailed, fault.description)
        case let fault as BackupFault: self.init(.checkFailed, fault.description)
        case let fault as StorageError: self.init(.unopenable, Self.reason(fault))
        case let fault as ViewFault: self.init(.unopenable, "the views are damaged (\(fault)); run: muniment rebuild")
        case let poison as Poison:
            self.init(
                .unopenable,
                "entry \(poison.index) is a \(poison.type): \(poison.reason); \(Self.toDamage)"
            )
        case let fault as CryptoFault: self.init(.unopenable, "the keys cannot be used: \(fault); \(Self.toKeys)")
        case let refusal as Refusal: self.init(refusal)
        case let fault as WebServer.UnusableCertificate:
            self.init(
                .usage,
                "\(fault); give a PEM chain and the PEM key of its first certificate"
            )
        case let error: self.init(.checkFailed, "\(error)")
        }
    }

    private init(_ refusal: Refusal) {
        switch refusal {
        case .rejected(let rejection): self.init(.checkFailed, rejection.detail)
        case .busy(_, let why): self.init(.checkFailed, why)
        case .diskFull: self.init(.unopenable, "the disk is full: make room, and try again")
        case .refusingWrites(let why): self.init(.unopenable, why)
        case .failed:
            self.init(
                .checkFailed,
                "a rule of the program was broken; report it with the entry command.failed, the last of its kind in: "
                    + "muniment entries"
            )
        }
    }

    static let behind = "the ledger is behind what was acknowledged"
    static let copied = "the data directory is a copy, or its copy has taken its place"

    /// What to do about bytes that are not what was written.
    static let toDamage = "see what else is wrong with: muniment verify; put a backup back with: muniment restore"
    private static let toKeys = "put them back with: muniment keys restore FILE"

    private static func reason(_ fault: LedgerFault) -> String {
        switch fault {
        case .rolledBack(let what, let lost):
            "\(behind): \(what)\(lost.map { " (\($0))" } ?? ""); put a backup back with: muniment restore"
        case .copied(let what, _): "\(copied): \(what); see: muniment help moved, muniment help fork"
        case .damaged(let index?, let what): "the ledger is damaged at entry \(index): \(what); \(toDamage)"
        case .damaged(nil, let what): "the ledger is damaged: \(what); \(toDamage)"
        case .format(let what), .keys(let what), .tooLarge(let what): what
        }
    }

    private static func reason(_ fault: StorageError) -> String {
        switch fault.kind {
        case .locked(.some(let holder)): "the data directory is in use by process \(holder); stop that first"
        case .locked(.none): "the data directory is in use by another process; stop that first"
        case .corrupted: "the data directory is damaged: \(fault); \(toDamage)"
        case .notFound:
            "the data directory is not whole, or is none: \(fault); name another with --data DIR, or put a backup back with: muniment restore"
        case .full, .mapFull: "the data directory cannot be opened: \(fault); make room on its disk"
        case .readOnly, .notPermitted:
            "the data directory cannot be opened: \(fault); it and all in it must belong to whoever runs this command"
        case .readersFull, .tookTooLong, .busy:
            "the data directory cannot be opened: \(fault); others read it just now: try again"
        case .io, .panic, .outOfOrder, .invalid, .system:
            "the data directory cannot be opened: \(fault); look at its disk, and at the system's log"
        }
    }
}
