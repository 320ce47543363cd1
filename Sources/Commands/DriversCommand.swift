import BMSDrivers
import BatteryModel
import Reporting

/// `busbar drivers [ID]`.
struct DriversCommand: Command {
    static let name = "drivers"
    static let summary = "List the BMS drivers, or show everything about one"
    static let about = """
        Lists the protocols in which packs are read, and those of shunts. With ID it shows the whole sheet of one: what is asked or heard, every \
        signal with its place and scale, alarm bits, timing, proven firmware, and where all this is known from. The \
        sheet is made from the table that encodes and decodes.
        """
    static let examples = [Example("Write all sheets for a program", "busbar drivers --json")]

    private let isJSON: Bool
    private let driver: DriverName?

    init(_ arguments: inout Arguments) throws(UsageError) {
        isJSON = try arguments.flag("--json", "write JSON")
        driver = try arguments.optionalPositional("ID", of: DriverName.self, "the driver to show")
        try arguments.finish()
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        if let driver {
            let sheet = DriverDescription(driver.driver)
            let lines = isJSON ? [sheet.json.text] : sheet.lines(width: console.width)
            for line in lines { console.line(line) }
            return .success
        }
        let all = DriverName.all.map(DriverDescription.init)
        if isJSON {
            console.line(JSON.array(all.map { .object($0.headJSON) } + shunts.map(\.json)).text)
        } else {
            let rows = all.map { sheet in
                let addresses = "\(sheet.addresses.lowerBound) to \(sheet.addresses.upperBound)"
                return [sheet.id, sheet.name, sheet.link, addresses, sheet.status, sheet.evidence]
            }
            for line in TextLayout.table(["id", "name", "link", "addresses", "status", "evidence"], rows) {
                console.line(line)
            }
            let others = shunts.map { ["\($0.id)", "\($0.name)", $0.link, "\($0.evidence)"] }
            for line in [""] + TextLayout.table(["shunt", "name", "link", "evidence"], others) {
                console.line(line)
            }
        }
        return .success
    }

    private var shunts: [ShuntSheet] {
        ShuntTable.drivers.indices.map { ShuntTable.drivers[$0].sheet }
    }
}

extension ShuntSheet {
    fileprivate var link: String { "serial, \(baud) baud" }

    fileprivate var json: JSON {
        .object([
            ("id", .string("\(id)")), ("name", .string("\(name)")), ("link", .string("serial")),
            ("baud", .number(Int(baud))), ("shunt", .bool(true)), ("evidence", .string("\(evidence)")),
        ])
    }
}

extension DriverDescription {
    fileprivate var headJSON: [(name: String, value: JSON)] {
        [
            ("id", .string(id)), ("name", .string(name)), ("link", .string(isCAN ? "can" : "serial")),
            isCAN ? ("kilobits_per_second", .number(bauds[0] / 1_000)) : ("baud", .number(bauds[0])),
            ("bauds", isCAN ? .null : .array(bauds.map { .number($0) })),
            ("first_address", .number(addresses.lowerBound)), ("last_address", .number(addresses.upperBound)),
            ("experimental", .bool(isExperimental)), ("evidence", .string(evidence)),
        ]
    }

    fileprivate var json: JSON {
        .object(
            headJSON + [
                ("spacing_ms", .number(timing.spacing.milliseconds)),
                ("timeout_ms", .number(timing.timeout.milliseconds)),
                ("probe_timeout_ms", .number(timing.probeTimeout.milliseconds)),
                ("gap_ms", .number(timing.gap.milliseconds)),
                ("questions", .array(questions.map(\.json))), ("blocks", .array(blocks.map(\.json))),
                ("alarms", .array(alarms.map(\.json))), ("firmware", .strings(firmware)),
            ])
    }
}

extension DriverDescription.Question {
    fileprivate var json: JSON {
        .object(
            [("name", .string(name)), ("every_round", .bool(isLive)), ("mode", .string(mode))]
                + (periodMilliseconds.map { [("said_every_ms", .number($0))] } ?? []))
    }
}

extension DriverDescription.Block {
    fileprivate var json: JSON {
        .object([("title", .string(title)), ("signals", .array(signals.map(\.json)))])
    }
}

extension DriverDescription.AlarmBit {
    fileprivate var json: JSON {
        .object([
            ("bit", .number(bit)), ("name", .string(name)), ("level", .string(level)),
            ("kind", .string(kind.isEmpty ? nil : kind)),
        ])
    }
}
