import BusCodec

/// The table that python-can writes.
///
///     timestamp,arbitration_id,extended,remote,error,dlc,data
///     1483389946.197,0xdadada,1,0,0,6,WzQyLCA5XQ==
///
/// The bytes are in base 64. It knows neither link nor direction.
///
/// Source: hardbyte/python-can, can/io/csv.py.
struct PythonCANTable: LineGrammar {
    static let format = RecordingFormat(
        id: "python-can", name: "python-can CSV", endings: ["pycan.csv", "pcsv"],
        about: "python-can (CSVWriter); no link and no direction",
        begins: { _, line in line.hasPrefix("timestamp,arbitration_id,") },
        makeReader: { LinesReader(PythonCANTable()) }, makeWriter: { Writer() })

    func read(_ line: [UInt8]) throws(Unreadable) -> Found? {
        let text = String(decoding: line, as: UTF8.self).filter { !$0.isWhitespace }
        guard !text.isEmpty, !text.hasPrefix("timestamp,") else { return nil }
        let cells = text.split(separator: ",", omittingEmptySubsequences: false)
        guard cells.count == 7 else { throw Unreadable("it has \(cells.count) columns instead of 7") }
        guard let time = Numerals.scaled(cells[0], places: 9) else {
            throw Unreadable("the time cannot be read")
        }
        let identifier = cells[1].hasPrefix("0x") ? cells[1].dropFirst(2) : cells[1]
        guard let bytes = Base64.bytes(cells[6]) else { throw Unreadable("the bytes are not base 64") }
        let announced = Numerals.decimal(cells[5])
        if let announced, announced > 8 { return .flexible }
        let kind: CANFrame.Kind = cells[4] == "1" ? .error : cells[3] == "1" ? .remote : .data
        let frame = try CANFrame(
            number: Numerals.hex(identifier), isExtended: cells[2] == "1" || kind == .error, kind: kind,
            announced: announced, bytes: bytes)
        return .item(RecordedItem(nanoseconds: time, link: "", direction: nil, content: .frame(frame)))
    }

    struct Writer: FormatWriter {
        func begin(_ first: RecordedItem?) -> [UInt8] {
            Array("timestamp,arbitration_id,extended,remote,error,dlc,data\n".utf8)
        }

        func write(_ item: RecordedItem) -> [UInt8]? {
            guard case .frame(let frame) = item.content else { return nil }
            let cells = [
                Numerals.seconds(item.nanoseconds ?? 0, places: 9),
                "0x" + String(frame.identifier, radix: 16), frame.isExtended ? "1" : "0",
                frame.kind == .remote ? "1" : "0", frame.kind == .error ? "1" : "0", String(frame.length),
                Base64.text(frame.payloadBytes),
            ]
            return Array((cells.joined(separator: ",") + "\n").utf8)
        }
    }
}

/// Bytes as the 64 characters of RFC 4648.
enum Base64 {
    private static let characters = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func text(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var number: UInt32 = 0
            for byte in group { number = number << 8 | UInt32(byte) }
            number <<= 8 * UInt32(3 - group.count)
            for place in 0..<4 {
                let index = Int(number >> UInt32(18 - 6 * place)) & 0x3F
                result.append(place <= group.count ? characters[index] : 0x3D)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    static func bytes(_ text: Substring) -> [UInt8]? {
        var result: [UInt8] = []
        var number: UInt32 = 0
        var bits = 0
        for character in text.utf8 where character != 0x3D {
            guard let value = characters.firstIndex(of: character) else { return nil }
            number = number << 6 | UInt32(value)
            bits += 6
            guard bits >= 8 else { continue }
            bits -= 8
            result.append(UInt8(truncatingIfNeeded: number >> UInt32(bits)))
        }
        return result
    }
}
