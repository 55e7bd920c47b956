/// Compact JSON for readers: a member or item a line, two blanks deeper each level, in the order it has; an array of
/// plain values stays on one line.
struct IndentedJSON {
    let text: String

    init(_ compact: [UInt8]) {
        var out: [UInt8] = []
        var depth = 0
        // The places of brackets whose array holds plain values only.
        var isFlat: [Bool] = []
        let newLine = { (out: inout [UInt8], depth: Int) in
            out.append(UInt8(ascii: "\n"))
            out += [UInt8](repeating: UInt8(ascii: " "), count: 2 * depth)
        }
        var place = 0
        while place < compact.count {
            let byte = compact[place]
            switch byte {
            case UInt8(ascii: "\""):
                let end = Self.endOfString(in: compact, from: place)
                out += compact[place..<end]
                place = end
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                isFlat.append(Self.isFlat(compact, from: place))
                out.append(byte)
                if isFlat.last == false {
                    depth += 1
                    newLine(&out, depth)
                }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if isFlat.popLast() == false {
                    depth -= 1
                    newLine(&out, depth)
                }
                out.append(byte)
            case UInt8(ascii: ","):
                out.append(byte)
                if isFlat.last == false { newLine(&out, depth) } else { out.append(UInt8(ascii: " ")) }
            case UInt8(ascii: ":"):
                out += [byte, UInt8(ascii: " ")]
            default:
                out.append(byte)
            }
            place += 1
        }
        text = String(decoding: out, as: UTF8.self) + "\n"
    }

    private static func endOfString(in bytes: [UInt8], from start: Int) -> Int {
        var place = start + 1
        while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
            place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(place + 1, bytes.count)
    }

    /// Whether nothing opens before what stands here closes, and it is an array or empty.
    private static func isFlat(_ bytes: [UInt8], from start: Int) -> Bool {
        var place = start + 1
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""): place = endOfString(in: bytes, from: place)
            case UInt8(ascii: "{"), UInt8(ascii: "["): return false
            case UInt8(ascii: "]"): return true
            case UInt8(ascii: "}"): return place == start + 1
            default: place += 1
            }
        }
        return true
    }
}
