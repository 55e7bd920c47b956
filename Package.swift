// swift-tools-version: 6.2
import PackageDescription

/// One set of rules for every target of ours: warnings are errors, and each unsafe use is spelled `unsafe`.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let http = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")

/// All that is a library.
let everything: [Target.Dependency] = [
    "Wire", "Folding", "Storage", "OpenSSL", "EventLog", "Identity", "Views", "Plans", "Engine", "Endpoints",
    "OpenID", "AdminAPI",
]

/// What the targets that answer requests are made of.
let engineAndBelow: [Target.Dependency] = [
    "Wire", "Storage", "OpenSSL", "EventLog", "Identity", "Views", "Plans", "Engine", "Endpoints",
]

/// The tests of one target, which may name what stands below it.
func tests(_ target: String, _ others: Target.Dependency...) -> Target {
    tests(target, of: [.byName(name: target)] + others)
}

/// Tests of something else than one target: the project's texts, the command, what is written.
func tests(_ subject: String, of targets: [Target.Dependency]) -> Target {
    .testTarget(name: subject + "Tests", dependencies: targets)
}

// The order is the order of the layers: a target may import only what stands above it.
let package = Package(
    name: "muniment",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "muniment", targets: ["muniment"])],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
        .systemLibrary(name: "CUTF8Proc", pkgConfig: "libutf8proc", providers: [.apt(["libutf8proc-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .target(name: "Wire"),
        .target(name: "Folding", dependencies: ["CUTF8Proc"]),
        .target(name: "Zstandard", dependencies: ["CZstd"]),
        .target(name: "Storage", dependencies: ["CLMDB"]),
        .target(name: "OpenSSL", dependencies: ["COpenSSL", "CArgon2", crypto]),
        .target(name: "EventLog", dependencies: ["Wire", "Zstandard", "Storage", "OpenSSL"]),
        .target(name: "Identity", dependencies: ["Wire"]),
        .target(
            name: "Views",
            dependencies: [
                "Wire", "Folding", "Storage", "OpenSSL", "Identity",
                .product(name: "HeapModule", package: "swift-collections"),
            ]
        ),
        .target(name: "Plans", dependencies: ["Wire", "Folding", "OpenSSL", "Storage", "Identity", "Views"]),
        .target(
            name: "Engine",
            dependencies: ["Wire", "Storage", "OpenSSL", "EventLog", "Identity", "Views", "Plans"]
        ),
        .target(name: "Endpoints", dependencies: ["Wire"]),
        .target(
            name: "OpenID",
            dependencies: ["Wire", "OpenSSL", "EventLog", "Identity", "Views", "Engine", "Endpoints"]
        ),
        .target(
            name: "AdminAPI",
            dependencies: [
                "Wire", "Folding", "OpenSSL", "Storage", "EventLog", "Identity", "Views", "Plans", "Engine",
                "Endpoints",
            ]
        ),
        .target(
            name: "Web",
            dependencies: [
                "Wire", "Endpoints", http, logging, metrics, lifecycle,
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdHTTP2", package: "hummingbird"),
                nio, nioPosix,
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        .executableTarget(
            name: "muniment",
            dependencies: [
                "Wire", "Storage", "OpenSSL", "EventLog", "Identity", "Views", "Engine", "Endpoints", "OpenID",
                "AdminAPI",
                "Web",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                lifecycle, logging, metrics,
            ]
        ),
        // Dice that fall the same way for one seed.
        .target(name: "Chance", path: "Tests/Chance"),
        // Waiting that ends.
        .target(name: "Patience", path: "Tests/Patience"),
        // Bodies of requests, read off each kind's own table of fields.
        .target(name: "Samples", dependencies: ["Chance", "Wire", "Identity"], path: "Tests/Samples"),
        // What stands in a server's way, for the tests of those who must live with it.
        .target(
            name: "Obstacles",
            dependencies: ["Storage", "Identity", "Engine", "Patience"],
            path: "Tests/Obstacles"
        ),
        // Programs that tests run, and folders for them.
        .target(name: "Programs", path: "Tests/Programs"),
        // A server whose instructions a test has counted; the counter stumbles over debugging information of this age.
        .executableTarget(
            name: "instructions",
            dependencies: ["COpenSSL", "Wire", "OpenSSL", "Engine", "Endpoints", "OpenID", "AdminAPI"],
            path: "Tests/Instructions",
            linkerSettings: [.unsafeFlags(["-Xlinker", "-S"])]
        ),
        // Roles for people, while no endpoint gives any: for the tests and for `Tools/populate`.
        .executableTarget(
            name: "grants",
            dependencies: ["Wire", "EventLog", "Identity", "Views", "Engine"],
            path: "Tests/Grants"
        ),
        // What meets the bytes of strangers, for tests and for the fuzzer.
        .target(name: "Hostile", dependencies: everything + ["Web", logging, metrics], path: "Tests/Hostile"),
        tests("Wire"),
        tests("Folding"),
        tests("Storage", "Wire", "Patience"),
        tests("OpenSSL"),
        tests("EventLog", "Wire", "Zstandard", "Storage", "OpenSSL", "Chance", "Programs"),
        tests("Identity", "Wire"),
        tests("Views", "Wire", "Storage", "OpenSSL", "Identity", "Chance"),
        tests("Engine", of: ["OpenID", "Obstacles", "Patience"] + engineAndBelow),
        tests("Endpoints", "Wire"),
        tests("OpenID", of: ["OpenID", "Obstacles"] + engineAndBelow),
        tests("AdminAPI", of: ["AdminAPI", "OpenID", "Chance", "Obstacles", "Patience", "Samples"] + engineAndBelow),
        tests("Web", "Wire", "Endpoints", "Patience", "Programs", nio, nioPosix, http, logging, metrics, lifecycle),
        tests("Snapshot", of: everything + ["Patience", "Programs", "Samples"]),
        tests("Simulation", of: everything + ["Chance"]),
        tests("Hostile", "Storage", "Programs"),
        tests("Tidy", of: ["Storage", "Identity", "Wire", "Programs"]),
        tests("Command", of: ["Wire", "Storage", "OpenSSL", "EventLog", "Identity", "Engine", "Patience", "Programs"]),
    ]
)

// Built when it is asked for: `Tools/bench` sets BENCH.
if Context.environment["BENCH"] != nil {
    package.targets.append(
        .executableTarget(
            name: "bench",
            dependencies: ["Wire", "OpenSSL", "Storage", "EventLog", "Identity", "Views", "Engine", "OpenID"],
            path: "Tools/Bench",
            exclude: ["probe.c", "script", "wrk"]
        )
    )
}

for target in package.targets where target.type != .system && target.type != .plugin {
    target.swiftSettings = (target.swiftSettings ?? []) + strict
}

// `Tools/fuzz` sets FUZZ: all code of ours tells the fuzzer where it has been. Nobody else could link such a build.
if Context.environment["FUZZ"] != nil {
    let sanitizers = ["-sanitize=fuzzer,address"]
    for target in package.targets where target.type == .regular {
        target.swiftSettings = (target.swiftSettings ?? []) + [.unsafeFlags(sanitizers)]
    }
    package.targets.append(
        .executableTarget(
            name: "fuzz",
            dependencies: ["Hostile"],
            path: "Tools/Fuzz",
            exclude: ["corpus", "README.md"],
            swiftSettings: strict + [.unsafeFlags(sanitizers)],
            // The linker that understands what both sanitizers leave behind.
            linkerSettings: [.unsafeFlags(sanitizers + ["-use-ld=lld"])]
        )
    )
}
