extension Setting {
    static let config = Setting("config", "FILE", "A JSON file with any of these settings by name.")

    // Where the ledger is and what opens it.
    static let data = Setting("data", "DIR", "The data directory.")
    static let anchor = Setting(
        "anchor",
        "DIR",
        "Where the last checkpoint is kept, best on another disk; what init was told is remembered."
    )
    static let keyFile = Setting("key-file", "FILE", "Holds the key-encryption key; else DIR/keys/kek does.")
    static let keyCommand = Setting(
        "key-command",
        "COMMAND",
        "A program that prints the key-encryption key. Run directly, not by a shell: words are apart by blanks, and"
            + " quotes or $ are refused."
    )
    static let key = Setting("key", "KEY", "The key-encryption key itself.", isSecret: true)

    // What is founded.
    static let baseURL = Setting(
        "base-url",
        "URL",
        "Where clients reach the server: the root of issuers and links. init stores it, serve may"
            + " override it for a run."
    )
    static let adminEmail = Setting(
        "admin-email",
        "EMAIL",
        "The first administrator; else admin at the base URL's host."
    )
    static let format = Setting("format", "text|json", "How the result is printed.", fallback: "text")

    // What is served.
    static let dev = Setting.flag("dev", "Serves ./muniment-data, made if absent, on loopback.")
    static let listen = Setting(
        "listen",
        "HOST:PORT",
        "Where to listen; host * is every address of the machine, port 0 takes any.",
        fallback: "127.0.0.1:8080"
    )
    static let tlsCertificate = Setting("tls-certificate", "FILE", "A PEM certificate chain: serves HTTPS and HTTP/2.")
    static let tlsKey = Setting("tls-key", "FILE", "The PEM private key of the certificate.")
    static let trustedProxy = Setting(
        "trusted-proxy",
        "CIDR",
        "A network of proxies whose X-Forwarded-For is believed; may be repeated.",
        kind: .list
    )
    static let tokenAlgorithm = Setting(
        "token-algorithm",
        "RS256|ES256|EdDSA",
        "What signs tokens; another one than now rotates the signing key."
    )
    static let requireReason = Setting.flag(
        "require-reason",
        "Refuses a change through the admin API that does not say why (Muniment-Reason)."
    )
    static let metricsScope = Setting(
        "metrics-scope",
        "SCOPE",
        "The scope that a token needs for /metrics; else it is open."
    )
    static let backupAge = Setting(
        "backup-age-hours-max",
        "HOURS",
        "Health warns when the newest backup is as old, or there is none."
    )
    static let logLevel = Setting(
        "log-level",
        "LEVEL",
        "trace, debug, info, notice, warning, error or critical.",
        fallback: "info"
    )

    // What is read.
    static let quick = Setting.flag("quick", "Only what an opening checks: the signed root, and what came after it.")
    static let unsigned = Setting.flag(
        "unsigned",
        "A ledger without its anchor is checked too, though nothing signed is compared."
    )
    static let from = Setting("from", "INDEX", "The first entry, counted from 0.", fallback: "0")
    static let to = Setting("to", "INDEX", "The last entry.")
    static let follow = Setting.flag("follow", "Goes on with what comes.")
    static let openings = Setting.flag("openings", "Opens sealed segments, each on a line behind its entry.")
    static let moment = Setting("to", "INDEX|TIME", "The entry, or the RFC 3339 time, up to which is replayed.")
    static let into = Setting("into", "DIR", "A new directory for the views.")
    static let since = Setting("since", "INDEX", "The first entry of an increment: what the backup before it printed.")
    static let backupFile = Setting("to", "FILE|-", "Where the backup goes; - is standard output.")
    static let overwrite = Setting.flag("overwrite", "Replaces a backup of that name.")
    static let restoredFrom = Setting(
        "from",
        "FILE",
        "The backups, the whole one first and its increments in their order.",
        kind: .list
    )
    static let restoredTo = Setting("to", "INDEX|TIME", "The entry, or the RFC 3339 time, up to which is restored.")
    static let restoredInto = Setting("into", "DIR", "An empty or new directory for the ledger.")
    static let ledger = Setting.flag("ledger", "Makes the ledger's derived tables anew from its entries, too.")
    static let compare = Setting.flag("compare", "Compares a replay of everything with the live views.")

    // What is asked of a running server, or changed while it is stopped.
    static let clientID = Setting("client-id", "ID", "The application that asks.")
    static let secretFile = Setting(
        "secret-file",
        "FILE",
        "Holds the application's secret; else MUNIMENT_CLIENT_SECRET."
    )
    static let clientSecret = Setting("client-secret", "SECRET", "The application's secret.", isSecret: true)
    static let reason = Setting("reason", "TEXT", "Why, kept sealed with the entry (Muniment-Reason).")
    static let email = Setting("email", "EMAIL", "Which administrator, when there are several.")
    static let acknowledge = Setting(
        "acknowledge",
        "SIZE:ROOT",
        "What is given up, as the refused start named it."
    )

    /// Every setting there is: a key in a configuration file that is none of these is a mistake.
    static let all: [Setting] = [
        config, data, anchor, keyFile, keyCommand, key, baseURL, adminEmail, format, dev, listen, tlsCertificate,
        tlsKey,
        trustedProxy, tokenAlgorithm, requireReason, metricsScope, backupAge, logLevel, quick, unsigned, from,
        to, follow,
        openings, into,
        compare, ledger, since, overwrite,
        clientID,
        secretFile, clientSecret, reason, email, acknowledge,
    ]

    /// What `serve` reads, in the order in which `--print-config` tells it.
    static let served: [Setting] = [
        config, dev, data, anchor, keyFile, keyCommand, key, baseURL, listen, tlsCertificate, tlsKey, trustedProxy,
        tokenAlgorithm, requireReason, metricsScope, backupAge, logLevel,
    ]
}
