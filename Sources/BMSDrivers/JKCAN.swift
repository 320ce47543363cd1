import BatteryModel
import BusCodec

/// JK on CAN, in the maker's own frames: the BMS says everything by itself, and nothing is ever sent to it.
///
/// They are spoken where the CAN protocol of the BMS is set to 000 (250 kbit/s, as delivered) or 006 (500 kbit/s). The
/// address of the board, 0 to 15, is added to each identifier. Everything is little-endian except the request to a
/// charger.
///
/// Boards of protocol V1 send the four frames with 11-bit identifiers only. They tell no single cells, so that no limit
/// can be made for them; their document also turns the sign of the current round. What is understood of them is shown.
///
/// Sources: vendor's documents V1 and V2.1 and their examples; captured frames of a pack with 280 Ah.
public enum JKCAN {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: frames.count, poll: { frames[$0].poll }, request: request, scan: scan,
        decode: decode, answer: answer, visitFacts: visitFacts)

    /// What is said about the protocol as a whole.
    public static let sheet = DriverSheet(
        id: "jk-can", name: "JK, own frames on CAN (selection 000 or 006)", addresses: 0...15, baud: 250_000,
        wire: .can, isBroadcast: true,
        timing: LineTiming(
            spacing: .zero, timeout: .milliseconds(1_500), probeTimeout: .milliseconds(1_500),
            gap: .milliseconds(100)),
        evidence: """
            vendor's documents V1 and V2.1 with examples of every frame; captures of voltage, current, extremes and \
            capacity from one pack. From the documents only: cells, switches, alarms, charge request. Sources disagree \
            on the fault bits from 11 on, so each raises what either of them says. Which sensor sits at the \
            MOSFETs is known of PB boards. Boards of protocol V1 tell no single cells and get no current
            """,
        isExperimental: true)

    /// A frame, or several with neighbouring numbers that say the same of other cells.
    struct Frame: Sendable {
        var poll: Poll
        /// Its identifier and name, for people.
        var title: StaticString
        /// The identifier that address 0 sends; rows have it as their container.
        var identifier: UInt32
        /// How many frames there are; each has an identifier that is ``pieceStep`` larger than the one before.
        var pieces: UInt32

        var isExtended: Bool { identifier > CANFrame.maximumStandardIdentifier }
    }

    /// What lies between the identifiers of frames with cells.
    static let pieceStep: UInt32 = 0x1_0000
    /// Number of addresses, which are added to the identifiers.
    private static let addressCount: UInt32 = 16

    /// The frames; the first tells whether the pack is there.
    static let frames: [_ of Frame] = [
        frame("status", "0x2F4 status", status, .mandatory, every: 20),
        frame("cell extremes", "0x4F4 cell extremes", cellExtremes, every: 100),
        frame("temperature extremes", "0x5F4 temperature extremes", temperatureExtremes, every: 500),
        frame("alarms", "0x7F4 alarms, while one stands", alarms, every: 100),
        frame("capacity", "0x18F128F4 capacity", capacity, every: 100),
        frame("temperatures", "0x18F228F4 temperatures", temperatures, every: 500),
        frame("faults", "0x18F328F4 faults", faults, every: 100),
        frame("state", "0x18F428F4 state", state, every: 500),
        frame("switches", "0x18F528F4 switches", switches, every: 500),
        frame("charge request", "0x1806E5F4 charge request", chargeRequest, every: 500),
        frame("cells", "0x18E028F4 to 0x18E628F4 cells, four in each", cells, every: 1_000, pieces: 7),
    ]

    private static func frame(
        _ name: StaticString, _ title: StaticString, _ identifier: UInt32, _ need: Poll.Need = .optional,
        every milliseconds: Int64, pieces: UInt32 = 1
    ) -> Frame {
        Frame(
            poll: Poll(name, .live, .frames, need, every: .milliseconds(milliseconds)), title: title,
            identifier: identifier, pieces: pieces)
    }

    static let status: UInt32 = 0x02F4
    static let cellExtremes: UInt32 = 0x04F4
    static let temperatureExtremes: UInt32 = 0x05F4
    static let alarms: UInt32 = 0x07F4
    static let capacity: UInt32 = 0x18F1_28F4
    static let temperatures: UInt32 = 0x18F2_28F4
    static let faults: UInt32 = 0x18F3_28F4
    static let state: UInt32 = 0x18F4_28F4
    static let switches: UInt32 = 0x18F5_28F4
    static let chargeRequest: UInt32 = 0x1806_E5F4
    static let cells: UInt32 = 0x18E0_28F4

    /// Which of the frames a frame is, and whose.
    struct Place {
        var frame: Int
        var piece: Int
        var address: UInt8
    }

    /// The place of a frame; `nil` for one that no board of JK sends.
    static func place(of frame: CANFrame) -> Place? {
        for index in frames.indices where frames[index].isExtended == frame.isExtended {
            for piece in 0..<frames[index].pieces {
                let first = frames[index].identifier + piece * pieceStep
                guard frame.identifier >= first, frame.identifier - first < addressCount else { continue }
                return Place(
                    frame: index, piece: Int(piece), address: UInt8(frame.identifier - first))
            }
        }
        return nil
    }

    /// A remote request stands for the question, which nobody asks.
    static func request(_ poll: Int, _ address: UInt8, _ buffer: inout RequestBuffer) {
        // With addresses from 12 on, the frame of alarms has no identifier of 11 bits left.
        guard frames[poll].isExtended || frames[poll].identifier + UInt32(address) <= 0x7FF else { return }
        CANFrame(
            identifier: frames[poll].identifier + UInt32(address), isExtended: frames[poll].isExtended,
            kind: .remote, length: 8
        ).writeRecord(into: &buffer)
    }

    static func scan(_ head: Span<UInt8>, _ listening: Bool, _ isLast: Bool) -> ScanStep<LineItem> {
        CANFrame.scanRecord(head).map { frame in
            guard let place = place(of: frame) else { return LineItem(.other) }
            return LineItem(
                frame.kind == .remote ? .request : .answer, address: place.address, poll: place.frame)
        }
    }

    private static func visitFacts(_ visit: (DriverFact) -> Void) {
        for frame in frames.indices {
            visit(.block(frames[frame].title))
            for row in rows.indices where rows[row].container == frames[frame].identifier {
                visit(.signal(rows[row]))
            }
        }
        for index in faultBits.indices { visit(.alarm(faultBits[index])) }
        for index in leveledAlarms.indices { visit(.alarm(leveledAlarms[index].bit)) }
    }
}
