import Identity
import Testing

/// What is compiled for single kinds, by hand, is compiled for all hot ones alike.
struct SpecializedTests {
    /// The managed kinds that there is so much of, or that are asked for so often, that a generic function costs.
    private static let hot: Set<String> = ["Partner", "Tenant", "Application", "User", "Group"]

    /// One function: each of the readers it is compiled for, with the kinds.
    private struct Site {
        let path: String
        let line: Int
        var kinds: [String: Set<String>] = [:]
    }

    @Test func `every specialised function is specialised for every hot kind`() throws {
        let (managed, all) = (Self.names(managed: true), Self.names(managed: false))
        #expect(Self.hot.isSubset(of: managed), "a hot kind is not on the registry")
        let sites = try Repository.files(below: "Sources").flatMap(Self.sites)
        #expect(!sites.isEmpty)
        for site in sites {
            for kinds in site.kinds.values {
                #expect(kinds.intersection(managed) == Self.hot, "\(site.path):\(site.line)")
                #expect(kinds.isSubset(of: all), "\(site.path):\(site.line)")
            }
        }
    }

    private static func names(managed: Bool) -> Set<String> {
        Set(Kind.allCases.compactMap { try? $0.accept(NameOf(isManaged: managed)) })
    }

    private struct NameOf: KindVisitor {
        let isManaged: Bool

        func visit<R: Resource>(_ kind: R.Type) -> String? { isManaged ? nil : "\(R.self)" }
        func visit<R: ManagedResource>(managed kind: R.Type) -> String? { "\(R.self)" }
    }

    private static func sites(in file: SourceFile) -> [Site] {
        var (sites, isOpen): ([Site], Bool) = ([], false)
        for (number, line) in file.code.enumerated() {
            let words = line.split { " (),".contains($0) }.map(String.init)
            guard words.first == "@specialized", let kind = words.last else {
                isOpen = false
                continue
            }
            if !isOpen { sites.append(Site(path: file.path, line: number + 1)) }
            isOpen = true
            let reader = words.firstIndex(of: "Self").map { words[$0 + 2] } ?? ""
            sites[sites.count - 1].kinds[reader == kind ? "" : reader, default: []].insert(kind)
        }
        return sites
    }
}
