import CLMDB
import Glibc

/// A place among the readers that another process holds, as LMDB tells of it.
struct OutsideRead: Hashable, Sendable {
    let process: Int32
    /// The last transaction that it sees: while it stays the same, so does every page of that moment.
    let transaction: UInt64
}

extension MappedEnvironment {
    /// The reads that other processes have open of a moment that is past.
    ///
    /// Those of the newest keep no page from being used again; so the many short reads of one who walks an idle ledger
    /// are not taken for one long read. Ours are known without asking; ended ones hold no transaction.
    func outsideReads() -> [OutsideRead] {
        let lines = Lines()
        let context = unsafe Unmanaged.passUnretained(lines).toOpaque()
        // It calls back before it returns, so the object outlives its use.
        let code = unsafe mdb_reader_list(handle, Self.addLine, context)
        guard code >= 0 else { return [] }
        let (own, newest) = (getpid(), newestTransaction)
        return lines.all.compactMap(Self.read).filter { $0.process != own && $0.transaction < newest }
    }

    /// LMDB looks this up in the map, so the map must stand still.
    private var newestTransaction: UInt64 {
        guard (try? gate.enter()) != nil else { return 0 }
        defer { gate.leave() }
        var facts = unsafe MDB_envinfo()
        unsafe mdb_env_info(handle, &facts)
        return UInt64(unsafe facts.me_last_txnid)
    }

    private final class Lines {
        var all: [String] = []
    }

    private static let addLine: @convention(c) (UnsafePointer<CChar>?, UnsafeMutableRawPointer?) -> Int32 = {
        text,
        context in
        guard let text = unsafe text, let context = unsafe context else { return 0 }
        let lines = unsafe Unmanaged<Lines>.fromOpaque(context).takeUnretainedValue()
        lines.all.append(unsafe String(cString: text))
        return 0
    }

    /// `process thread transaction`; a place that is kept for later has `-` instead of a transaction.
    private static func read(_ line: String) -> OutsideRead? {
        let fields = line.split(whereSeparator: { $0 == " " || $0 == "\n" })
        guard fields.count == 3, let process = Int32(fields[0]), let transaction = UInt64(fields[2]) else { return nil }
        return OutsideRead(process: process, transaction: transaction)
    }
}
