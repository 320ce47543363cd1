import BatteryModel
import ChargeControl
import Gateway
import Reporting
import Testing

@Suite("Orders in words")
struct OrderWordingTests {
    private static let now = Instant(nanoseconds: 5_000_000_000_000)

    private var wording: Wording {
        var wording = Wording(packs: ["A"], buses: [])
        // 12:30 UTC is 13:30 here.
        wording.clock = .init(
            at: Self.now,
            wall: WallTime(unixSeconds: 1_790_000_000 / 86_400 * 86_400 + 45_000, offsetSeconds: 3_600))
        return wording
    }

    static let rows: [(OperatorOrder, String?, String)] = [
        (
            OperatorOrder(.pauseCharge, until: now + .seconds(3_600), note: ASCIIText("cleaning fuses")),
            "root",
            "charging paused by root until 14:30: cleaning fuses"
        ),
        (OperatorOrder(.pauseDischarge), nil, "discharging paused by the operator"),
        (
            OperatorOrder(.capCharge, milliamps: 40_500, until: now + .seconds(12 * 3_600)), "anna",
            "charging capped at 40.5 A by anna until 01:30"
        ),
        (
            OperatorOrder(.capDischarge, milliamps: 0, until: now + .seconds(3 * 86_400)), "anna",
            "discharging capped at 0.0 A by anna for 72 h 0 min"
        ),
        (
            OperatorOrder(.forceCharge, until: now + .seconds(60)), "anna",
            "charging requested of the inverter by anna until 13:31"
        ),
    ]

    @Test("who, what, until when and why are one sentence", arguments: rows)
    func sentence(order: OperatorOrder, by: String?, text: String) {
        #expect(wording.order(GivenOrder(order, by: by), at: Self.now) == text)
    }

    @Test("without a clock the length is told")
    func noClock() {
        let order = OperatorOrder(.pauseCharge, until: Self.now + .seconds(600))
        let plain = Wording(packs: [], buses: [])
        #expect(
            plain.order(GivenOrder(order, by: "anna"), at: Self.now) == "charging paused by anna for 10 min")
    }

    @Test("the reason of a limit names the order that sets it")
    func reason() {
        var plant = VirtualPlant.atRest()
        plant.core.setWall(WallTime(unixSeconds: 1_790_000_000 / 86_400 * 86_400 + 45_000))
        let order = OperatorOrder(.pauseCharge, until: plant.now + .seconds(3_600), note: ASCIIText("fuses"))
        _ = plant.core.carryOut(GatewayCommand([.place(order)], by: "anna"), at: plant.now)
        plant.run(for: .milliseconds(200))
        let status = StatusDocument(plant.snapshot, version: "0", at: plant.now)
        #expect(status.bank.ccl?.reason.hasPrefix("paused by anna until 13:") == true)
        #expect(status.bank.ccl?.reason.hasSuffix(": fuses") == true)
        #expect(status.bank.ccl?.risesWhen == "59 min have passed")
        #expect(status.orders.map(\.kind) == ["pause_charge"])
        #expect(
            StatusView(columns: 100).lines(status).contains {
                $0.hasPrefix("Order     charging paused by anna")
            })
    }
}
