import BatteryModel
import BusCodec
import BusDiagnosis
import InverterProfiles
import TestSupport

// Faults of the bus, of who speaks, and of single frames.

extension Fault {
    static let ofTheBus: [Fault] =
        [
            Fault("no-traffic", "nothing is heard", Speech.ids("pylontech-lv-can")) { _ in
                Exhibit(
                    frames: [Passing(frame: CANFrame(identifier: 0x351, kind: .remote, length: 8), at: dawn)],
                    silence: 20)
            },
            Fault("only-errors", "nothing but errors", Speech.ids("pylontech-lv-can", "sma-lv-can")) {
                speech in
                Exhibit(
                    frames: Bench(speech: speech, seconds: 20).passing().map {
                        Passing(frame: errorFrame(0x88), at: $0.at)
                    })
            },
            Fault(
                "error-frames", "errors between frames",
                Speech.ids("pylontech-lv-can", "victron-can", "growatt-lv-can")
            ) {
                Exhibit(frames: Bench(speech: $0).passing().with(errorFrame(0x88), every: 12))
            },
            Fault("bus-off", "the controller gives up", Speech.ids("pylontech-lv-can", "sma-lv-can")) {
                Exhibit(frames: Bench(speech: $0).passing().with(errorFrame(0x48), every: 60))
            },
            Fault("no-acknowledge", "nobody acknowledges", Speech.ids("pylontech-lv-can")) { speech in
                Exhibit(
                    frames: Bench(speech: speech, seconds: 20).passing().map {
                        Passing(frame: errorFrame(0x20), at: $0.at)
                    })
            },
            Fault(
                "recording-incomplete", "the adapter lost frames",
                Speech.ids("pylontech-lv-can", "victron-can")
            ) {
                Exhibit(frames: Bench(speech: $0).passing().with(errorFrame(0x4, controller: 1), every: 100))
            },
            Fault("other-bitrate", "a battery at 250 kbit/s", Speech.some) {
                Exhibit(
                    frames: Bench(speech: $0, seconds: 20).passing(), options: DiagnosisOptions(rate: 250_000)
                )
            },
            Fault(
                "bus-load", "a flood of frames",
                Speech.ids("pylontech-lv-can", "sma-lv-can", "growatt-lv-can")
            ) { speech in
                let flood = (0..<18_000).map {
                    Passing(
                        frame: CANFrame(identifier: 0x123, length: 8),
                        at: dawn + .microseconds(Int64($0) * 340))
                }
                return Exhibit(
                    frames: Bench.merged(Bench(speech: speech, seconds: 6.1).passing(), flood),
                    options: DiagnosisOptions(rate: 500_000))
            },
        ]

    private static let withKeepAlive = Speech.some.filter {
        $0.profile.sheet.keepAlive.isKnown && $0.profile.keepAliveFrame($0.options) != nil
    }
    private static let always = ["victron-can", "sma-lv-can", "byd-lvs-can", "growatt-lv-can", "deye-lv-can"]

    static let ofTheTalk: [Fault] =
        [
            Fault(
                "keep-alive-missing", "an inverter that always sends is not heard",
                withKeepAlive.filter { always.contains($0.id) }
            ) {
                Exhibit(
                    frames: Bench(speech: $0, keepAlive: false).passing(),
                    options: DiagnosisOptions(
                        expectedProfile: $0.place, expectedDialect: $0.dialect, hasInverter: true))
            },
            Fault(
                "inverter-silent", "an inverter that often sends is not heard",
                withKeepAlive.filter { !always.contains($0.id) && $0.id != "lg-resu-can" }
            ) {
                Exhibit(
                    frames: Bench(speech: $0, keepAlive: false).passing(),
                    options: DiagnosisOptions(
                        expectedProfile: $0.place, expectedDialect: $0.dialect, hasInverter: true))
            },
            Fault(
                "keep-alive-gone", "the inverter falls silent",
                withKeepAlive.filter { $0.id != "lg-resu-can" }
            ) { speech in
                let frames = Bench(speech: speech).passing()
                return Exhibit(
                    frames: frames.filter { !speech.profile.isKeepAlive($0.frame) || $0.seconds < 15 },
                    options: speech.expectation)
            },
            Fault(
                "extended-keep-alive", "0x305 with 29 bits",
                Speech.ids("pylontech-lv-can", "deye-lv-can", "goodwe-lv-can", "pylon-plus-can")
            ) { speech in
                let frames = Bench(speech: speech).passing().map { passing in
                    guard passing.frame.identifier == 0x305 else { return passing }
                    return Passing(
                        frame: CANFrame(identifier: 0x305, isExtended: true, length: 8), at: passing.at)
                }
                return Exhibit(frames: frames)
            },
            Fault("battery-silent", "the battery falls silent", Speech.some) {
                Exhibit(frames: Bench(speech: $0).passing(), silence: 15)
            },
            Fault("nobody-answers", "only the inverter is heard", withKeepAlive) { speech in
                Exhibit(frames: Bench(speech: speech).inverter(until: dawn + .seconds(20)), silence: 3)
            },
            Fault(
                "waits-for-inverter", "a battery that announces itself", Speech.ids("pylontech-lv-can")
            ) { _ in
                let hello = CANFrame(identifier: 0x0100_A001, isExtended: true, length: 8)
                return Exhibit(frames: (0..<20).map { Passing(frame: hello, at: dawn + .seconds($0)) })
            },
            Fault("waits-for-inverter", "a BMS that must be asked is named", Speech.ids("pylontech-lv-can")) {
                _ in
                Exhibit(
                    frames: [Passing(frame: CANFrame(identifier: 0x351, kind: .remote, length: 8), at: dawn)],
                    options: DiagnosisOptions(expectedDriver: Self.driver("daly-can")), silence: 20)
            },
            Fault(
                "pack-protocol", "a JK BMS with its own frames", Speech.ids("pylontech-lv-can", "victron-can")
            ) { speech in
                Exhibit(
                    frames: Bench.merged(
                        Self.jk(seconds: 20), Bench(speech: speech).inverter(until: dawn + .seconds(20))))
            },
            Fault("two-batteries", "two of the same protocol", Speech.carrying(.soc, .voltage)) { speech in
                let one = Bench(speech: speech).passing()
                var plant = Plant(soc: 720, amperes: -24)
                plant.change = { bank, _ in
                    bank[.chargeCurrentLimit]?.value = 70_000
                    bank[.dischargeCurrentLimit]?.value = 90_000
                    bank[.capacity]?.value = 100_000
                    bank[.soh]?.value = 970
                }
                let other = Bench(speech: speech, plant: plant, keepAlive: false).passing()
                return Exhibit(frames: Bench.merged(one, other.later(.milliseconds(430))))
            },
        ]

    /// What a JK BMS says in its own protocol, from the vendor's document.
    static func jk(seconds: Int) -> [Passing] {
        func frame(_ identifier: UInt32, _ bytes: [UInt8]) -> CANFrame {
            CANFrame(identifier: identifier, isExtended: identifier > 0x7FF, payload: bytes.span)
        }
        let set = [
            frame(0x2F4, [0x13, 0x02, 0xB2, 0x0F, 0x51, 0, 0, 0]),
            frame(0x4F4, [0x02, 0x0D, 3, 0xF8, 0x0C, 9, 0, 0]),
            frame(0x5F4, [0x4B, 1, 0x49, 2, 0x4A, 0, 0, 0]),
            frame(0x18F1_28F4, [0x40, 0x06, 0xF0, 0x0A, 0, 0, 0, 0]),
            frame(0x18F5_28F4, [3, 0, 0, 0, 0, 0, 0, 0]),
        ]
        return (0..<seconds * 5).flatMap { step in
            set.enumerated().map {
                Passing(frame: $1, at: dawn + .milliseconds(Int64(step) * 200 + Int64($0) * 5))
            }
        }
    }

    static let ofFrames: [Fault] =
        [
            Fault("limits-missing", "the frame with CCL is never sent", Speech.carrying(.chargeCurrentLimit))
            { speech in
                let gone = speech.row(of: .chargeCurrentLimit)?.container
                return Exhibit(
                    frames: Bench(speech: speech).passing().without { container, _ in container == gone },
                    options: speech.expectation)
            },
            Fault(
                "limits-missing", "the same, nobody knows what is expected",
                Speech.carrying(.chargeCurrentLimit)
            ) { speech in
                let gone = speech.row(of: .chargeCurrentLimit)?.container
                return Exhibit(
                    frames: Bench(speech: speech).passing().without { container, _ in container == gone })
            },
            Fault(
                "frame-missing", "a frame with no limits is never sent",
                Speech.some.filter { speech in speech.required.contains { !speech.steers($0.container) } }
            ) { speech in
                let gone = speech.required.last { !speech.steers($0.container) && $0.every == 1 }?.container
                return Exhibit(
                    frames: Bench(speech: speech).passing().without { container, _ in container == gone },
                    options: speech.expectation)
            },
            Fault(
                "frame-missing", "the same, nobody knows what is expected",
                Speech.some.filter { speech in speech.required.contains { !speech.steers($0.container) } }
            ) { speech in
                let gone = speech.required.last { !speech.steers($0.container) && $0.every == 1 }?.container
                return Exhibit(
                    frames: Bench(speech: speech).passing().without { container, _ in container == gone })
            },
            Fault("frame-stopped", "the frame with SOC stops", Speech.carrying(.soc)) { speech in
                let gone = speech.row(of: .soc)?.container
                return Exhibit(
                    frames: Bench(speech: speech).passing().without { $0 == gone && $1 > 30 })
            },
            Fault("too-slow", "every five seconds", Speech.some.filter { $0.id != "schneider-lv-can" }) {
                Exhibit(frames: Bench(speech: $0, period: .seconds(5)).passing())
            },
            Fault("gaps", "eight seconds of nothing", Speech.some) { speech in
                Exhibit(
                    frames: Bench(speech: speech).passing().filter {
                        !(20...28).contains($0.seconds) || speech.profile.isKeepAlive($0.frame)
                    })
            },
            Fault("gaps", "four of ten frames lost", Speech.some.filter { $0.id != "schneider-lv-can" }) {
                speech in
                var random = SeededRandom(seed: 11)
                return Exhibit(
                    frames: Bench(speech: speech, seconds: 120).passing().filter {
                        speech.profile.isKeepAlive($0.frame) || Int.random(in: 0..<10, using: &random) >= 4
                    })
            },
            Fault(
                "uneven", "now early, now late", Speech.some.filter { $0.profile.sheet.period >= .seconds(1) }
            ) {
                Exhibit(frames: Bench(speech: $0, seconds: 120).passing().unevenly())
            },
            Fault("too-fast", "Sunny Island, every 83 ms", Speech.ids("sma-lv-can")) {
                Exhibit(frames: Bench(speech: $0, seconds: 240).passing().faster(12), options: $0.expectation)
            },
            Fault("too-fast", "every 25 ms", Speech.ids("pylontech-lv-can", "victron-can", "growatt-lv-can"))
            {
                Exhibit(frames: Bench(speech: $0, seconds: 400).passing().faster(40))
            },
            Fault(
                "frame-too-short", "Sol-Ark hears real lengths",
                Speech.ids("pylontech-lv-can", "deye-lv-can", "goodwe-lv-can")
            ) { speech in
                let short = Speech(place: speech.place, padded: false)
                return Exhibit(
                    frames: Bench(speech: short).passing(),
                    options: Speech.named("sol-ark-lv-can").expectation)
            },
            Fault(
                "frame-too-short", "limits in four bytes",
                Speech.carrying(.dischargeCurrentLimit).filter {
                    ($0.row(of: .dischargeCurrentLimit)?.endByte ?? 0) > 4
                }
            ) { speech in
                let cut = speech.row(of: .dischargeCurrentLimit)?.container
                let frames = Bench(speech: speech).passing().map { passing in
                    guard passing.frame.container == cut else { return passing }
                    let bytes = (0..<4).map { passing.frame.bytes[$0] }
                    return Passing(
                        frame: CANFrame(
                            identifier: passing.frame.identifier, isExtended: passing.frame.isExtended,
                            payload: bytes.span),
                        at: passing.at)
                }
                return Exhibit(frames: frames, options: speech.expectation)
            },
        ]
}
