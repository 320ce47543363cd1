import BMSDrivers
import BatteryModel
import Detection
import Gateway
import Reporting

/// What a search has found, as text and as JSON.
struct ScanReport {
    var adapters: Adapters
    var ports: [ScannedPort]
    /// Whether the user has named the port.
    var isNamed = false

    func lines(width: Int) -> [String] {
        // Who names a port knows what is plugged in.
        var lines = isNamed ? [] : adapterLines
        for port in ports { lines += (lines.isEmpty ? [] : [""]) + Self.lines(of: port, width: width) }
        let found = ports.filter { !$0.found.isEmpty }
        guard !found.isEmpty else { return lines }
        lines += [
            "", "A configuration to begin with; look at every line marked CHANGE, then 'busbar check FILE':",
            "",
        ]
        let free = adapters.can.map(\.name).first { name in !found.contains { $0.path == name } }
        return lines + ScanConfiguration(ports: found, can: free).lines
    }

    private var adapterLines: [String] {
        guard !adapters.serial.isEmpty || !adapters.can.isEmpty else {
            return ["No serial adapter and no CAN interface is plugged in."]
        }
        let serial = adapters.serial.map { adapter in
            [adapter.path, adapter.product ?? "", adapter.usbID ?? "", adapter.stablePath ?? ""]
        }
        let can = adapters.can.map { [$0.name, "CAN interface", $0.isUp ? "up" : "down", ""] }
        return TextLayout.table(["adapter", "is", "id", "stable name"], serial + can)
    }

    private static func lines(of port: ScannedPort, width: Int) -> [String] {
        guard port.scan != nil || port.bus != nil else {
            return [port.failure ?? "\(port.path) cannot be opened"]
        }
        var lines: [String] = []
        if port.found.isEmpty {
            lines.append("\(port.path): no pack found")
        } else {
            let packs = port.found.count == 1 ? "1 pack" : "\(port.found.count) packs"
            lines.append("\(port.path): \(packs)\(port.speed)")
            lines += TextLayout.table(
                ["address", "protocol", "model", "firmware", "cells", "voltage", "SOC"],
                port.found.map(\.columns), indent: 2)
        }
        for sentence in port.sentences {
            lines += TextLayout.wrapped(sentence, width: max(width - 2, 40)).map { "  " + $0 }
        }
        return lines
    }

    var json: JSON {
        .object([
            (
                "adapters",
                .array(
                    adapters.serial.map {
                        .object([
                            ("path", .string($0.path)), ("stable_path", .string($0.stablePath)),
                            ("usb_id", .string($0.usbID)), ("product", .string($0.product)),
                        ])
                    })
            ),
            (
                "can",
                .array(adapters.can.map { .object([("name", .string($0.name)), ("up", .bool($0.isUp))]) })
            ),
            ("ports", .array(ports.map(\.json))),
        ])
    }
}

extension LineScan.Found {
    fileprivate var columns: [String] {
        let identity = reading.identity?.value
        return [
            "\(address)", "\(driver.sheet.id)", identity?.model.string ?? "", identity?.firmware.string ?? "",
            cells.map { "\($0)" } ?? "",
            reading[.packVoltage].map { Digits.display(Int64($0.value), in: .millivolts) } ?? "",
            reading[.soc].map { Digits.display(Int64($0.value), in: .permille) } ?? "",
        ]
    }

    /// How many cells it has, if it says.
    var cells: Int? {
        reading.cellMillivolts.map { $0.value.count } ?? reading[.configuredCells].map { Int($0.value) }
    }

    fileprivate var json: JSON {
        let identity = reading.identity?.value
        return .object([
            ("address", .number(address)), ("driver", .string("\(driver.sheet.id)")), ("baud", .number(baud)),
            ("model", .string(identity?.model.string)), ("firmware", .string(identity?.firmware.string)),
            ("serial", .string(identity?.serial.string)), ("cells", cells.map { .number($0) } ?? .null),
            ("voltage_mv", reading[.packVoltage].map { .number($0.value) } ?? .null),
            ("soc_permille", reading[.soc].map { .number($0.value) } ?? .null),
        ])
    }
}

extension ScannedPort {
    fileprivate var json: JSON {
        .object(
            [
                ("path", .string(path)), ("failure", .string(failure)),
                ("packs", .array(found.map(\.json))),
                (
                    "framing_errors",
                    scan?.signs.characterErrors.map { .number(Int(clamping: $0.framing)) } ?? .null
                ),
                ("findings", .array(scan?.findings.map { .string($0.rawValue) } ?? [])),
            ] + (bus.map { [("frames", .number($0.frames))] } ?? []))
    }

    /// At which speed packs were found, in words; empty where the kernel has set it.
    fileprivate var speed: String {
        switch kind {
        case .serial: found.first.map { " at \($0.baud) baud" } ?? ""
        case .adapter, .interface: bus?.kilobits.map { " at \($0) kbit/s" } ?? ""
        }
    }

    /// What was noticed, in sentences.
    fileprivate var sentences: [String] {
        if let scan { return scan.findings.map { $0.sentence(scan) } }
        guard let bus, found.isEmpty else { return [] }
        if bus.frames > 0 {
            return [
                """
                \(bus.frames) frames were heard\(speed), none of a pack that is known here. Is this the bus to the \
                inverter, or is the BMS set to an inverter's protocol? A JK must be set to CAN protocol 000 or 006.
                """
            ]
        }
        return [
            """
            Nothing at all was heard. Is the BMS switched on and awake, is this its CAN socket, are H and L on the right \
            pins, is a JK set to CAN protocol 000 or 006? A Daly speaks only when it is asked, and is not found this way.
            """
        ]
    }
}

extension LineFinding {
    /// What it means, and what to do.
    fileprivate func sentence(_ scan: LineScan) -> String {
        switch self {
        case .dead:
            return """
                Nothing at all was heard. Is the BMS switched on and awake, is this its RS485 or UART socket, are A and B on \
                the right pins, and does the address switch stand as the protocol wants it?
                """
        case .idleBreak:
            return """
                Nobody speaks, and the line does not rest: the adapter hears the level of a start bit that does not end\
                \(Self.count(scan.signs.characterErrors?.breaks, "break")). A and B are probably swapped; a line without bias, or a \
                ground that is missing, looks the same.
                """
        case .swapped:
            return """
                A and B are swapped: read with the levels turned round, this is \(Self.master(scan.signs.swappedMaster)). Nothing \
                was sent. Exchange the two wires at the adapter and look again.
                """
        case .unreadable:
            return """
                Something came after a question, but nothing of it can be read. It may be noise, of a line without bias or ground; \
                otherwise it is \(Self.guess(scan.signs.characterErrors))
                """
        case .babble:
            return """
                Somebody speaks on this line without being asked, in no protocol that is known here at the usual speeds. \
                Nothing was sent. Is this the socket to the inverter? Otherwise it is \(Self.guess(scan.signs.characterErrors))
                """
        case .master:
            return """
                A master polls packs here already: \(Self.master(scan.signs.master)). Nothing was sent. Unplug it, or let Busbar only listen \
                ('listen: true' in each pack).
                """
        case .secondMaster:
            return
                "Somebody else began to ask on this line. The search was ended: two masters disturb each other."
        case .echo:
            return "The adapter hears what it sends itself. Busbar copes with that; other programs may not."
        case .mixedAddresses:
            return """
                \(scan.signs.otherAnswers) answers came from an address that was not asked: two packs have the same address, or one \
                answers to any. Give each pack its own and look again.
                """
        }
    }

    private static func master(_ master: LineSigns.Master?) -> String {
        guard let master else { return "" }
        let addresses = master.addresses.sorted().map(String.init).joined(separator: ", ")
        return "'\(master.driver.sheet.id)' at \(master.baud) baud, addresses \(addresses)"
    }

    /// What may be wrong where bytes cannot be read.
    ///
    /// Only who counts characters without a stop bit can say more.
    private static func guess(_ errors: CharacterErrors?) -> String {
        guard let errors else {
            return """
                another speed (--baud), A and B swapped, or a protocol that is not known here. This adapter does not count wrong \
                characters, so more cannot be said.
                """
        }
        guard errors.framing > 0 else {
            return """
                most likely a protocol that is not known here: the adapter has counted no character without a stop bit, as there \
                are at another speed or with A and B swapped.
                """
        }
        return """
            another speed (--baud), or A and B swapped: the adapter has counted \(errors.framing) characters without a stop bit.
            """
    }

    private static func count(_ number: UInt64?, _ what: String) -> String {
        guard let number, number > 0 else { return "" }
        return " (\(number) \(what)\(number == 1 ? "" : "s") counted)"
    }
}
