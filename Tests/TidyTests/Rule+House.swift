extension Rule {
    /// What the house does in one way only.
    static let house: [Rule] = [
        .words(
            ["print("],
            "no `print` outside the command",
            "log an operator's line, or write an entry; never print",
            in: { $0.isSource && $0.target != "muniment" },
            bad: ["    print(error)"],
            good: ["    fingerprint(key)"]
        ),
        .words(
            ["public"],
            "nothing is `public`",
            "`package` is the API between targets; nobody outside reads ours",
            in: { $0.isSwift },
            bad: ["public struct Tenant {}", "    public let name: String"],
            good: [#"    case "public": true"#, "    let publicKey = 1"]
        ),
        Rule(
            name: "no `default` over our own enums",
            advice: "name the cases, so that a new one shows every place that must know it",
            holds: { $0.isSource && ["Identity", "Views"].contains($0.target) },
            find: { file in
                file.code.indices.filter { file.code[$0].has(word: "default:") && !file.code[$0].contains("[") }
            },
            bad: ["        default: nil", "        default:"],
            good: ["    counts[name, default: 0] += 1"],
            exceptions: [
                ("Sources/Identity/RedirectURI.swift", "the switch is over the scheme of a URI, which is text")
            ]
        ),
        .words(
            [
                "Date()", "Date.now", "ContinuousClock", "SuspendingClock", "clock_gettime", "gettimeofday",
                "DispatchTime.now", "Machine.wallMicroseconds", "Machine.bootMicroseconds",
            ],
            "nobody below the endpoints asks the time",
            "take the time from World, or as a value from the caller",
            in: { file in file.isSource && !["Web", "muniment"].contains(file.target) },
            bad: ["    let now = Date()", "    let clock = ContinuousClock()"],
            good: ["    let now = world.wall()"],
            exceptions: [
                ("Sources/Storage/Machine/Machine+Clocks.swift", "reads the machine's clocks for World"),
                (
                    "Sources/Storage/LMDB/ReaderGate.swift",
                    "pthread wants the deadline of a wait as a time of the clock"
                ),
                ("Sources/Engine/World/World.swift", "is where time comes from"),
            ]
        ),
        .words(
            [
                ".random(in:", "randomElement(", "shuffled(", "SystemRandomNumberGenerator", "secureRandom(", "UUID()",
                "getrandom",
            ],
            "nobody below the endpoints rolls dice",
            "take randomness from World, or as a value from the caller",
            in: { file in file.isSource && !["Web", "muniment"].contains(file.target) },
            bad: ["    let n = UInt64.random(in: 0...9)", "    let key = secureRandom(32)"],
            good: ["    let id = world.random(16)"],
            exceptions: [
                ("Sources/OpenSSL/SecureRandom.swift", "is where true randomness comes from"),
                ("Sources/Engine/World/World.swift", "is where dice come from"),
                ("Sources/Storage/Simulated/SimulatedFile.swift", "throws the seeded dice of a simulated disk"),
                ("Sources/Storage/Simulated/Recorded.swift", "throws the seeded dice of a simulated disk"),
            ]
        ),
        Rule(
            name: "nothing is left for later",
            advice: "do it, or open an issue: what stands here is finished",
            holds: { !$0.path.hasPrefix("Tests/TidyTests/") },
            find: { file in
                file.lines.indices.filter { line in
                    ["TODO", "FIXME", "XXX", "HACK"].contains { file.lines[line].has(word: $0) }
                }
            },
            bad: ["    // TODO: bounds"],
            good: ["    // The HACKNEY road."]
        ),
        Rule(
            name: "the repository speaks of itself alone",
            advice: "say it here: what lies beside it is not shipped",
            holds: { _ in true },
            find: { file in file.lines.indices.filter { file.lines[$0].contains(".." + "/shared") } },
            bad: ["// See .." + "/shared/design."],
            good: ["// See the format page."]
        ),
    ]
}
