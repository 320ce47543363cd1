public import BatteryModel
public import ChargeControl

/// Something that happens to a plant at a time.
public struct PlantEvent: Sendable, Hashable {
    /// What can happen; packs are counted from 0.
    public enum Action: Sendable, Hashable {
        /// A pack stops answering; current goes on flowing.
        case packSilent(Int)
        /// A pack is taken off the busbars and off the line.
        case packUnplugged(Int)
        /// A pack is back on both, whatever was done to it.
        case packBack(Int)
        /// A cell becomes unlike its neighbours.
        case cellWeak(Int, WeakCell)
        /// The SOC counter of a pack gets stuck.
        case socStuck(Int)
        /// The SOC counter of a pack counts again.
        case socCounts(Int)
        /// The inverter stops showing that it is there, or shows it again.
        case inverterSilent(Bool)
        /// The inverter hears nothing of what is said, or hears it again.
        case linkCut(Bool)
        /// The inverter behaves in another way.
        case behaviour(InverterBehaviour)
        /// The wall clock of the gateway is set on, or back.
        case clockJump(Interval)
        /// The machine of the gateway sleeps for a time.
        case asleep(Interval)
        /// The gateway is gone for a time and starts anew; what it had written down may be lost.
        case restart(Interval, forgets: Bool = false)
        /// For a time somebody else speaks to the inverter as a battery.
        case secondBattery(Interval)
        /// The operator gives an order for a time; a cap has its current in milliamps.
        case order(OperatorOrder.Kind, milliamps: Int32, for: Interval)
        /// The operator has seen what is wrong.
        case acknowledge
        /// The temperature around the packs takes another course.
        case ambient(AmbientProfile)
        /// The sun gives this power, in watts; `nil` for its profile.
        case sun(Int32?)
        /// The house draws this power, in watts; `nil` for its profile.
        case load(Int32?)
    }

    /// When, counted from the beginning.
    public var at: Interval
    /// What.
    public var action: Action

    /// Makes an event.
    public init(at: Interval, _ action: Action) {
        self.at = at
        self.action = action
    }
}

extension PlantEvent.Action: CustomStringConvertible {
    /// What happens, in a few words.
    public var description: String {
        switch self {
        case .packSilent(let pack): "pack \(pack + 1) falls silent"
        case .packUnplugged(let pack): "pack \(pack + 1) is unplugged"
        case .packBack(let pack): "pack \(pack + 1) is back"
        case .cellWeak(let pack, let cell): "cell \(cell.index + 1) of pack \(pack + 1) becomes weak"
        case .socStuck(let pack): "the SOC of pack \(pack + 1) gets stuck"
        case .socCounts(let pack): "the SOC of pack \(pack + 1) counts again"
        case .inverterSilent(let isSilent):
            isSilent ? "the inverter falls silent" : "the inverter is heard again"
        case .linkCut(let isCut):
            isCut ? "the link to the inverter is cut" : "the link to the inverter is whole again"
        case .behaviour(let behaviour): "the inverter behaves as '\(behaviour.name)'"
        case .clockJump(let jump): "the clock of the gateway jumps by \(jump.seconds) s"
        case .asleep(let time): "the gateway sleeps for \(time.seconds) s"
        case .restart(let time, let forgets):
            "the gateway restarts within \(time.seconds) s" + (forgets ? " and has forgotten all" : "")
        case .secondBattery(let time): "another battery speaks for \(time.seconds) s"
        case .order(let kind, let milliamps, let time):
            "the operator orders \(kind.name)" + (milliamps > 0 ? " \(milliamps) mA" : "")
                + " for \(time.seconds) s"
        case .acknowledge: "the operator has seen it"
        case .ambient: "the weather changes"
        case .sun(let watts): watts.map { "the sun gives \($0) W" } ?? "the sun follows its day again"
        case .load(let watts): watts.map { "the house draws \($0) W" } ?? "the house follows its day again"
        }
    }
}
