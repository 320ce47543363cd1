import BMSDrivers
import BatteryModel
import BusCodec
import TestSupport
import Testing

@Suite("Daly on CAN")
struct DalyCANGoldenTests {
    @Test(
        "the answers captured on serial lines are understood with identifiers of CAN",
        arguments: DalyCANGolden.all)
    func hold(_ golden: GoldenAnswer) {
        #expect(golden.problems(with: DalyCAN.driver) == [])
    }

    @Test(
        "the questions have the identifiers of the document",
        arguments: [(UInt8(1), "18900140"), (3, "18900340")])
    func questions(_ board: UInt8, _ identifier: String) {
        let driver = DalyCAN.driver
        #expect(
            driver.asks(driver.question("pack") ?? 0, board)
                == canRecord("\(identifier)#00 00 00 00 00 00 00 00"))
    }

    @Test("frames that are counted from 0, as the document has it, are understood as well")
    func countedFromZero() throws {
        let records = DalyCANGolden.records(of: DalyGolden.cells)
        let fromZero = records.map { record in
            var record = record
            record[5] -= 1
            return record
        }
        let (whole, counted) = (Array(records.joined()), Array(fromZero.joined()))
        let cells = try cells(in: whole)
        #expect(cells.count == 16)
        #expect(try self.cells(in: counted) == cells)
        #expect(throws: AnswerError.self) { try self.cells(in: Array(counted.dropFirst(13))) }
        #expect(throws: AnswerError.self) { try self.cells(in: Array(counted.dropLast(13))) }
    }

    @Test(
        "a frame that is no board's is passed over",
        arguments: [
            "351#00 00 00 00", "18904011#00 00 00 00 00 00 00 00", "18904001#00 00",
            "10904001#00 00 00 00 00 00 00 00",
        ])
    func foreign(_ frame: String) {
        let record = canRecord(frame)
        guard case .item(let item, 13) = DalyCAN.driver.scan(record.span, false, false) else {
            Issue.record("not an item")
            return
        }
        #expect(item.kind == .other)
    }

    private func cells(in answer: [UInt8]) throws -> [UInt16] {
        let driver = DalyCAN.driver
        var reading = PackReading()
        reading[.configuredCells] = Reading(16, at: at(0))
        try driver.decode(answer.span, driver.question("cells") ?? 0, at(0), &reading)
        return reading.cells
    }
}

/// The answers of ``DalyGolden``, whose data bytes are those of CAN by the vendor's CAN protocol V1.0.
///
/// The identifiers are computed as that document has them. No capture from CAN is known.
enum DalyCANGolden {
    static let all: [GoldenAnswer] = DalyGolden.all.map { golden in
        var golden = golden
        golden.kind = .computed
        golden.records = records(of: golden.hex)
        return golden
    }

    /// The CAN records of frames of the serial line.
    static func records(of serial: String) -> [[UInt8]] {
        let bytes = hex(serial)
        return stride(from: 0, to: bytes.count, by: 13).map { first in
            canRecord("18\(hexText([bytes[first + 2]]))4001#" + hexText(bytes[first + 4..<first + 12]))
        }
    }
}
