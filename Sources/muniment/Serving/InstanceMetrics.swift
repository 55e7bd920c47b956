import Engine
import Metrics
import Storage
import Web

/// How the ledger and the process are, as gauges that are read off when somebody asks.
struct InstanceMetrics: Sendable {
    static let families: [PrometheusMetrics.Family] = [
        .gauge("muniment_ledger_entries", "Entries in the ledger."),
        .gauge("muniment_checkpoint_entries", "Entries that the last signed checkpoint covers."),
        .gauge("muniment_writes_refused", "1 while writes are refused, else 0."),
        .gauge("muniment_oldest_read_seconds", "How long the oldest read transaction has been open."),
        .gauge(
            "muniment_disk_used_ratio",
            "The used share of the disk that is fullest, of those with ledger, views and keys."
        ),
        .gauge("muniment_resident_bytes", "Memory of the process."),
    ]

    private let instance: Instance
    private let entries: Meter
    private let covered: Meter
    private let refused: Meter
    private let oldestRead: Meter
    private let diskUsed: Meter
    private let resident: Meter

    init(_ instance: Instance, _ factory: any MetricsFactory) {
        self.instance = instance
        entries = Meter(label: "muniment_ledger_entries", factory: factory)
        covered = Meter(label: "muniment_checkpoint_entries", factory: factory)
        refused = Meter(label: "muniment_writes_refused", factory: factory)
        oldestRead = Meter(label: "muniment_oldest_read_seconds", factory: factory)
        diskUsed = Meter(label: "muniment_disk_used_ratio", factory: factory)
        resident = Meter(label: "muniment_resident_bytes", factory: factory)
    }

    func update() {
        entries.set(Int64(clamping: instance.status.size))
        covered.set(Int64(clamping: instance.checkpointSize))
        refused.set(instance.status.refusal == nil ? 0 : 1)
        oldestRead.set(Double(instance.oldestReadMicroseconds) / 1_000_000)
        if let share = instance.directory.spaces.map(\.usedShare).max() { diskUsed.set(share) }
        resident.set(Int64(Machine.residentBytes ?? 0))
    }
}
