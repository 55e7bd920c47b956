import ServiceLifecycle
import UnixSignals

/// SIGHUP, which would end the process: from the beginning on it only asks that the certificate be read again.
struct Hangups: Sendable {
    private let signals: UnixSignalsSequence

    /// Takes the signal; one that comes before anybody obeys is obeyed then.
    init() async { signals = await UnixSignalsSequence(trapping: .sighup) }

    /// Obeys until the server stops.
    func service(_ obey: @escaping @Sendable () -> Void) -> some Service { Obeying(signals: signals, obey: obey) }

    private struct Obeying: Service {
        let signals: UnixSignalsSequence
        let obey: @Sendable () -> Void

        func run() async {
            for await _ in signals.cancelOnGracefulShutdown() { obey() }
        }
    }
}
