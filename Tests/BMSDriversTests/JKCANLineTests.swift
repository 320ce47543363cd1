import BMSDrivers
import BatteryModel
import BusCodec
import TestSupport
import Testing

@Suite("A line of packs that broadcast on CAN")
struct JKCANLineTests {
    private static func line(_ addresses: [UInt8] = [0]) -> PackLine {
        var line = PackLine(isListening: true, at: at(0))
        for address in addresses {
            _ = line.add(address: address, driver: JKCAN.driver, interval: .seconds(1), at: at(0))
        }
        return line
    }

    private static func cellFrames(_ address: UInt8 = 0, cells: Int = 16, base: UInt16 = 3_300) -> [[UInt8]] {
        var reading = PackReading.sample(address: address)
        var values = CellValues()
        for cell in 0..<cells { values[cell] = base + UInt16(cell) }
        reading.cellMillivolts = Reading(values, at: at(0))
        let driver = JKCAN.driver
        let bytes = driver.answers(driver.question("cells") ?? 0, address, reading)
        return stride(from: 0, to: bytes.count, by: 13).map { Array(bytes[$0..<$0 + 13]) }
    }

    private func hear(_ bytes: [UInt8], _ now: Instant, _ line: inout PackLine) {
        _ = line.received(bytes.span, at: now)
    }

    private static let status = canRecord("2F4#13 02 B2 0F 51 00 00 00")
    private static let healthy = canRecord("18F328F4#00 00 00 00 00 00 00 00")

    @Test("nothing is ever asked")
    func silent() {
        var line = Self.line([0, 1])
        for tenth in 0..<600 {
            guard case .wait = line.step(at: at(Double(tenth) / 10)) else {
                Issue.record("asks")
                return
            }
        }
        #expect(line[0].statistics.timeouts == 0)
    }

    @Test(
        "cells count when all have been heard, in whatever order, and are as old as the oldest frame of them")
    func order() {
        var random = SeededRandom(seed: 3)
        for _ in 0..<50 {
            var line = Self.line()
            let order = [0, 1, 2, 3].shuffled(using: &random)
            let frames = Self.cellFrames()
            for (step, frame) in order.enumerated() {
                hear(frames[frame], at(Double(step) / 10), &line)
                #expect(line[0].reading.cellMillivolts == nil)
            }
            for (step, frame) in order.enumerated() {
                hear(frames[frame], at(1 + Double(step) / 10), &line)
                let oldest = step < 3 ? at(Double(step + 1) / 10) : at(1)
                #expect(line[0].reading.cellMillivolts?.at == oldest)
                #expect(line[0].reading.cells == (0..<16).map { 3_300 + $0 })
            }
        }
    }

    @Test("a frame of cells that is heard no more lets all cells grow old, though the others go on")
    func missingFrame() {
        var line = Self.line()
        let frames = Self.cellFrames()
        for frame in frames + frames { _ = line.received(frame.span, at: at(0)) }
        for second in 1...60 {
            for frame in frames.dropLast() { _ = line.received(frame.span, at: at(Double(second))) }
        }
        #expect(line[0].reading.cellMillivolts?.at == at(0))
        hear(frames[3], at(60), &line)
        #expect(line[0].reading.cellMillivolts?.at == at(60))
    }

    @Test(
        "a number of cells that does not fill its last frame is understood, also where that frame is short",
        arguments: [false, true])
    func fourteen(isShort: Bool) {
        var line = Self.line()
        var frames = Self.cellFrames(cells: 14)
        if isShort { frames[3] = canRecord("18E328F4#" + hexText(frames[3][5..<9])) }
        for frame in frames + frames { _ = line.received(frame.span, at: at(0)) }
        #expect(line[0].reading.cells == (0..<14).map { 3_300 + $0 })
    }

    @Test("two packs are told apart by their addresses")
    func twoPacks() {
        var line = Self.line([0, 1])
        let other = canRecord("2F5#34 02 1B 10 63 00 00 00")
        #expect(line.received(Self.status.span, at: at(0)) == 0b01)
        #expect(line.received(other.span, at: at(0)) == 0b10)
        #expect(line.received(canRecord("2F6#34 02 1B 10 63 00 00 00").span, at: at(0)) == 0)
        #expect(line[0].reading[.packVoltage]?.value == 53_100)
        #expect(line[1].reading[.packVoltage]?.value == 56_400)
        #expect(line.unexpectedAnswers == 1)
        let (first, second) = (Self.cellFrames(0), Self.cellFrames(1, base: 3_400))
        for _ in 0..<2 {
            for index in first.indices {
                hear(first[index] + second[index], at(1), &line)
            }
        }
        #expect(line[0].reading.cells.first == 3_300 && line[1].reading.cells.first == 3_400)
    }

    @Test(
        "frames of others, remote requests and frames that are too short change nothing",
        arguments: [
            "351#A8 02 E8 03 E8 03 80 02", "2F4#13 02 B2 0F", "18FF28F4#00",
            "18E728F4#AD 0E AB 0E A3 0E A6 0E",
            "18F228F4#07 48 47 50", "1806E5F4#03 48 00 C8", "7F4#03 00", "304#13 02 B2 0F 51 00 00 00",
            "000002F4#13 02 B2 0F 51 00 00 00", "18E028F4#FF 7F FF 7F FF 7F FF 7F", "5F4#00 00 00 00 00",
        ])
    func foreign(_ frame: String) {
        var line = Self.line()
        #expect(line.received(canRecord(frame).span, at: at(0)) == 0)
        #expect(line[0].reading[.packVoltage] == nil && line[0].reading.cellMillivolts == nil)
        #expect(line[0].reading[.temperature1] == nil && line[0].reading[.temperature7] == nil)
        #expect(line[0].reading.alarms == nil && line[0].reading[.chargeCurrentLimit] == nil)
        #expect(line.noise.total == 0)
    }

    @Test("an alarm ends three seconds after it was last said, where faults are told all the time")
    func alarmEnds() {
        var line = Self.line()
        _ = line.received(canRecord("7F4#01 00 00 00").span, at: at(10))
        _ = line.received(Self.healthy.span, at: at(13))
        #expect(line[0].reading.alarms == Reading(.protections(.cellOverVoltage), at: at(13)))
        _ = line.received(Self.healthy.span, at: at(13.1))
        #expect(line[0].reading.alarms == Reading(AlarmSet(), at: at(13.1)))
    }

    @Test("alarms are as old as the faults, however often voltage and current are told")
    func alarmsAge() {
        var line = Self.line()
        _ = line.received(Self.healthy.span, at: at(1))
        _ = line.received(Self.status.span, at: at(60))
        #expect(line[0].reading.alarms?.at == at(1))
    }

    @Test("a board of V1 is not known to report alarms until it has raised one")
    func versionOne() {
        var line = Self.line()
        _ = line.received(Self.status.span, at: at(1))
        #expect(line[0].reading.alarms == nil)
        _ = line.received(canRecord("7F4#01 00 00 00").span, at: at(2))
        _ = line.received(Self.status.span, at: at(3))
        #expect(line[0].reading.alarms == Reading(.protections(.cellOverVoltage), at: at(3)))
        _ = line.received(Self.status.span, at: at(6))
        #expect(line[0].reading.alarms == Reading(AlarmSet(), at: at(6)))
        #expect(line[0].reading.cellMillivolts == nil)
    }

    @Test("a sensor that is no longer present is no longer reported")
    func sensorGone() {
        var line = Self.line()
        _ = line.received(canRecord("18F228F4#07 48 47 50 FF FF").span, at: at(0))
        #expect(line[0].reading[.temperature2]?.value == 210)
        _ = line.received(canRecord("18F228F4#05 48 47 50 FF FF").span, at: at(1))
        #expect(line[0].reading[.temperature2] == nil && line[0].reading[.mosfetTemperature]?.value == 300)
    }

    @Test("an hour of random frames upsets nothing, and what is believed of them can be")
    func random() {
        var random = SeededRandom(seed: 11)
        var line = Self.line([0, 1, 15])
        let identifiers: [UInt32] = [
            0x2F4, 0x4F4, 0x5F4, 0x7F4, 0x18F1_28F4, 0x18F2_28F4, 0x18F3_28F4, 0x18F4_28F4, 0x18F5_28F4,
            0x1806_E5F4, 0x18E0_28F4, 0x18E1_28F4, 0x18E6_28F4,
        ]
        for step in 0..<72_000 {
            let base = identifiers.randomElement(using: &random) ?? 0
            var frame = CANFrame(
                identifier: base + UInt32.random(in: 0...(base == 0x7F4 ? 11 : 20), using: &random),
                isExtended: base > 0x7FF,
                kind: Bool.random(using: &random) ? .data : .remote,
                length: UInt8.random(in: 0...8, using: &random))
            for byte in frame.bytes.indices { frame.bytes[byte] = UInt8.random(in: 0...255, using: &random) }
            var record = ByteBuffer<13>()
            frame.writeRecord(into: &record)
            let now = at(Double(step) / 20)
            _ = line.received(record.bytes, at: now)
            guard case .wait = line.step(at: now) else {
                Issue.record("asks")
                return
            }
        }
        for slot in 0..<3 {
            let reading = line[slot].reading
            #expect(line[slot].statistics.answers > 0 && line[slot].statistics.rejectedAnswers > 0)
            #expect(reading.cells.allSatisfy { $0 > 0 && $0 <= 6_000 })
            #expect(reading[.soc].map { (0...1_000).contains($0.value) } ?? true)
        }
        #expect(line.noise.total == 0)
    }
}
