extension PasswordHash {
    /// What one guess at a password costs: memory, passes over it, and lanes that may be computed side by side.
    package struct Cost: Sendable, Hashable {
        package let memoryKiB: Int
        package let passes: Int
        package let lanes: Int

        /// One login may take at most 1 GiB; a server that grants more can be felled by a few of them.
        package static let memoryKiBMax = 1 << 20
        package static let passesMax = 16
        package static let lanesMax = 16

        /// What a person waiting at a login page bears: 19 MiB, two passes, one lane, some 15 ms of one core.
        ///
        /// It is one of the settings OWASP's Password Storage Cheat Sheet calls equally strong. RFC 9106 §4 would have
        /// 64 MiB where memory is scarce; with many logins at once on a small machine, memory is what runs out first.
        package static let interactive = Cost(memoryKiB: 19 * 1024, passes: 2, lanes: 1)

        package init(memoryKiB: Int, passes: Int, lanes: Int) {
            self.memoryKiB = memoryKiB
            self.passes = passes
            self.lanes = lanes
        }

        /// RFC 9106 §3.1: at least eight KiB per lane; the upper bounds are ours.
        package var isAcceptable: Bool {
            (1...Cost.lanesMax).contains(lanes) && (1...Cost.passesMax).contains(passes)
                && (8 * lanes...Cost.memoryKiBMax).contains(memoryKiB)
        }

        /// The cost a PHC text of Argon2id names, to check it before paying, and to notice hashes worth renewing.
        package init?(phc: String) {
            let fields = phc.utf8.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
            guard fields.count == 6, fields[0].isEmpty, fields[1].elementsEqual("argon2id".utf8),
                fields[2].elementsEqual("v=19".utf8)
            else { return nil }
            let settings = fields[3].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            guard settings.count == 3,
                let memoryKiB = Cost.number(settings[0], after: "m="),
                let passes = Cost.number(settings[1], after: "t="),
                let lanes = Cost.number(settings[2], after: "p=")
            else { return nil }
            self.init(memoryKiB: memoryKiB, passes: passes, lanes: lanes)
        }

        /// One to nine digits, which no Int can fail to hold.
        private static func number(_ setting: Substring.UTF8View, after name: String) -> Int? {
            guard setting.starts(with: name.utf8) else { return nil }
            let digits = setting.dropFirst(name.utf8.count)
            guard (1...9).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }
    }
}
