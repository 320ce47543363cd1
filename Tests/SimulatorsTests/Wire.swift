import BMSDrivers
import BatteryModel
import BusCodec
import Simulators

let start = Instant(nanoseconds: 1_000_000_000_000)

/// Masters and simulated packs on one wire, in a time that only the test moves.
struct Wire {
    var now = start
    var masters: [PackLine] = []
    var line: SimulatedLine
    var bank: SimulatedBank
    var wantedMilliamps: Int32 = 30_000
    /// Requests to write a setting that went over the wire; nothing else that a master sends has thirteen bytes.
    private(set) var writeRequests = 0
    /// Settings that packs have taken.
    private(set) var writes = 0

    init(packs: Int = 3, timing: SimulatedLine.Timing = SimulatedLine.Timing()) {
        line = SimulatedLine(JKPB.driver, timing: timing, at: start)
        bank = SimulatedBank(SimulatedPack.row(count: packs, at: start))
        masters = [master(of: packs)]
    }

    func master(of packs: Int, mode: ReadMode = .frames) -> PackLine {
        var master = PackLine(at: now)
        for index in 0..<packs {
            _ = master.add(
                address: UInt8(1 + index), driver: JKPB.driver, mode: mode, interval: .seconds(1), at: now)
        }
        return master
    }

    mutating func run(seconds: Int64) {
        let end = now + .seconds(seconds)
        while now < end {
            var next = min(end, now + .milliseconds(50))
            for index in masters.indices { next = min(next, ask(index)) }
            while let piece = line.next(at: now) {
                for index in masters.indices { _ = masters[index].received(piece.span, at: now) }
            }
            if let due = line.nextDue { next = min(next, due) }
            now = max(next, now + .microseconds(1))
            bank.advance(to: now, wantedMilliamps: wantedMilliamps)
        }
    }

    private mutating func ask(_ index: Int) -> Instant {
        switch masters[index].step(at: now) {
        case .wait(let until): return until
        case .send:
            let request = masters[index].outgoing
            masters[index].sent(at: now + .milliseconds(1))
            for other in masters.indices where other != index {
                _ = masters[other].received(request.bytes, at: now)
            }
            line.received(request.bytes, at: now, packs: bank.packs)
            for write in line.takeWrites() {
                writes += 1
                for pack in bank.packs.indices where bank.packs[pack].address == write.address {
                    bank.packs[pack].settings[write.field] = write.value
                }
            }
            if request.bytes.count == 13 { writeRequests += 1 }
            return now
        }
    }

    mutating func fault(_ pack: Int, _ faults: AnswerFaults) { bank.packs[pack].answerFaults = faults }

    /// Pack `index` as the first master knows it.
    func slot(_ index: Int) -> PackSlot { masters[0][index] }
}

func text(_ text: ASCIIText) -> String {
    String(decoding: (0..<text.count).map { text[$0] }, as: UTF8.self)
}

/// A pack after hours of one current, in steps of ten seconds.
func advanced(
    _ pack: SimulatedPack, seconds: Int64, milliamps: Int32, until: (SimulatedPack) -> Bool = { _ in false }
) -> SimulatedPack {
    var pack = pack
    for second in stride(from: Int64(0), through: seconds, by: 10) where !until(pack) {
        pack.advance(to: start + .seconds(second), milliamps: milliamps)
    }
    return pack
}
