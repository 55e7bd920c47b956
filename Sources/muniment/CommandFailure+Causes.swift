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
            self.init(.unopenable, "entry \(poison.index) is a \(poison.type): \(poison.reason)")
        case let fault as CryptoFault: self.init(.unopenable, "the keys cannot be used: \(fault)")
        case let refusal as Refusal: self.init(refusal)
        case let fault as WebServer.UnusableCertificate: self.init(.usage, fault.description)
        case let error: self.init(.checkFailed, "\(error)")
        }
    }

    private init(_ refusal: Refusal) {
        switch refusal {
        case .rejected(let rejection): self.init(.checkFailed, rejection.detail)
        case .busy(_, let why): self.init(.checkFailed, why)
        case .diskFull: self.init(.unopenable, "the disk is full")
        case .refusingWrites(let why): self.init(.unopenable, why)
        case .failed: self.init(.checkFailed, "a rule of the program was broken; the entry command.failed names it")
        }
    }

    static let behind = "the ledger is behind what was acknowledged"
    static let copied = "the data directory is a copy, or its copy has taken its place"

    private static func reason(_ fault: LedgerFault) -> String {
        switch fault {
        case .rolledBack(let what, let lost): "\(behind): \(what)\(lost.map { " (\($0))" } ?? "")"
        case .copied(let what, _): "\(copied): \(what)"
        case .damaged(let index?, let what): "the ledger is damaged at entry \(index): \(what)"
        case .damaged(nil, let what): "the ledger is damaged: \(what)"
        case .format(let what), .keys(let what), .tooLarge(let what): what
        }
    }

    private static func reason(_ fault: StorageError) -> String {
        switch fault.kind {
        case .locked(.some(let holder)): "the data directory is in use by process \(holder)"
        case .locked(.none): "the data directory is in use by another process"
        case .corrupted: "the data directory is damaged: \(fault)"
        case .notFound: "the data directory is not whole, or is none: \(fault)"
        case .full, .mapFull, .io, .panic, .readersFull, .tookTooLong, .readOnly, .notPermitted, .outOfOrder, .busy,
            .invalid,
            .system:
            "the data directory cannot be opened: \(fault)"
        }
    }
}
