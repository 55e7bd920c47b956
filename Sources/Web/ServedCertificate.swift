import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// The certificate that new connections get: that of the files, as long as what they hold can be used.
///
/// Whoever replaces the files writes one after the other, so for a moment they may not belong together. What cannot be
/// used is therefore told when it is so at two looks, or at once to whoever asked for the look.
final class ServedCertificate: Sendable {
    private struct State {
        var identity: TLSIdentity
        var channel: HTTP2UpgradeChannel
        var trouble: Trouble?
    }

    /// What was wrong with the files at the last look.
    private struct Trouble {
        let reason: String
        var isTold: Bool
    }

    private let files: WebServer.TLSFiles
    private let logger: Logger
    private let makeChannel: @Sendable (TLSConfiguration) throws -> HTTP2UpgradeChannel
    private let state: Mutex<State>

    /// - Parameter makeChannel: what speaks to a connection, given what to prove to it.
    init(
        _ files: WebServer.TLSFiles,
        logger: Logger,
        makeChannel: @escaping @Sendable (TLSConfiguration) throws -> HTTP2UpgradeChannel,
    ) throws(WebServer.UnusableCertificate) {
        self.files = files
        self.logger = logger
        self.makeChannel = makeChannel
        let identity = try files.read()
        let channel = try Self.channel(identity, files, makeChannel)
        state = Mutex(State(identity: identity, channel: channel))
    }

    /// For a connection that begins now.
    var channel: HTTP2UpgradeChannel { state.withLock(\.channel) }

    /// Reads the files at intervals until it is cancelled.
    func follow() async {
        while (try? await Task.sleep(for: .seconds(files.secondsBetweenLooks))) != nil { readAgain(isAskedFor: false) }
    }

    /// Reads the files, and serves the certificate in them if it can be used.
    func readAgain(isAskedFor: Bool) {
        do throws(WebServer.UnusableCertificate) {
            try serve(files.read(), isAskedFor)
        } catch {
            report(error, isAskedFor)
        }
    }

    private func serve(_ identity: TLSIdentity, _ isAskedFor: Bool) throws(WebServer.UnusableCertificate) {
        let (served, trouble) = state.withLock { ($0.identity, $0.trouble) }
        guard identity != served else {
            state.withLock { $0.trouble = nil }
            files.condition.trouble = nil
            if isAskedFor || trouble?.isTold == true {
                logger.notice("The certificate \(files.certificatePath) is the one that is served.")
            }
            return
        }
        let channel = try Self.channel(identity, files, makeChannel)
        state.withLock { $0 = State(identity: identity, channel: channel) }
        files.condition.trouble = nil
        logger.notice("New connections get the certificate that \(files.certificatePath) holds now.")
    }

    private func report(_ unusable: WebServer.UnusableCertificate, _ isAskedFor: Bool) {
        let isNews = state.withLock { state in
            let isSame = state.trouble?.reason == unusable.reason
            let isKnown = isSame && state.trouble?.isTold == true
            let isTold = isAskedFor || isSame
            state.trouble = Trouble(reason: unusable.reason, isTold: isTold)
            if isTold { files.condition.trouble = unusable.reason }
            return isAskedFor || isTold && !isKnown
        }
        if isNews { logger.error("\(unusable). The one before it is served on; put a usable one in its place.") }
    }

    private static func channel(
        _ identity: TLSIdentity,
        _ files: WebServer.TLSFiles,
        _ make: (TLSConfiguration) throws -> HTTP2UpgradeChannel,
    ) throws(WebServer.UnusableCertificate) -> HTTP2UpgradeChannel {
        do {
            return try make(identity.configuration)
        } catch {
            throw files.unusable(error)
        }
    }
}

/// A connection's channel, with the certificate that is served when it begins.
struct CertifiedChannel: ServerChildChannel {
    let certificate: ServedCertificate

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP2UpgradeChannel.Value> {
        certificate.channel.setup(channel: channel, logger: logger)
    }

    /// They differ in nothing but what they prove at the beginning.
    func handle(value: HTTP2UpgradeChannel.Value, logger: Logger) async {
        await certificate.channel.handle(value: value, logger: logger)
    }
}
