public import BatteryModel
public import ChargeControl
public import LinuxIO

/// What a gateway finds of its time before the start.
public struct Remembered: Sendable {
    /// What is known of it.
    public enum Note: Sendable, Equatable {
        /// There is nothing to remember: Busbar runs here for the first time.
        case nothing
        /// It goes on where it was, so long ago; `nil` if the clock cannot tell.
        case goesOn(Interval?)
        /// The newest state is damaged; the one before is used.
        case older(StateDamage)
        /// Nothing is usable; the control begins anew.
        case damaged(StateDamage)
        /// The state belongs to another bank; the control begins anew.
        case otherBank(String)
        /// Nothing will be remembered, for the system's reason.
        case cannotSave(String)
    }

    /// What the control remembers; `nil` if nothing.
    public var memory: ControlMemory?
    /// Who gave the orders in it, and why.
    public var words: [OrderWords] = []
    /// The time on the wall at which it was read.
    public var wall: WallTime?
    /// What is to be said about it, in this order.
    public var notes: [Note]

    /// Makes what is remembered.
    public init(memory: ControlMemory? = nil, wall: WallTime? = nil, notes: [Note] = []) {
        self.memory = memory
        self.wall = wall
        self.notes = notes
    }

    /// Whether there was something to remember that cannot be read.
    public var isDamaged: Bool {
        notes.contains { if case .damaged = $0 { true } else { false } }
    }
}

/// The file in which a gateway remembers over a restart: two generations, each whole or not there.
public struct StateFile: Sendable {
    private let file: DurableFile
    private let text: StateText
    /// Whether the present file is worth keeping as the older one.
    private var isSound = false

    /// Makes the file of a configuration; nothing is opened.
    public init(path: String, _ configuration: GatewayConfiguration) {
        file = DurableFile(path: path)
        text = StateText(configuration)
    }

    /// Reads what is remembered, and sees whether more can be.
    ///
    /// - Parameter wall: The time on the wall now; `nil` if unknown.
    /// - Returns: What was found, and what is to be said about it.
    public mutating func load(wall: WallTime?) -> Remembered {
        var found = Remembered(wall: wall)
        do throws(StateDamage) {
            if let state = try read(old: false) {
                isSound = true
                (found.memory, found.words) = state
            } else if let state = try read(old: true) {
                // Power failed between the two names.
                (found.memory, found.words) = state
            }
            found.notes = [found.memory.map { .goesOn(Self.age($0, wall)) } ?? .nothing]
        } catch .otherBank(let bank) {
            found.notes = [.otherBank(bank)]
        } catch {
            if let state = try? read(old: true) { (found.memory, found.words) = state }
            found.notes = [found.memory == nil ? .damaged(error) : .older(error)]
        }
        if let why = file.obstacle { found.notes.append(.cannotSave(why.description)) }
        return found
    }

    /// Remembers.
    ///
    /// - Throws: `SystemError`; what was remembered before then still stands.
    public mutating func save(
        _ memory: ControlMemory, _ orders: [GivenOrder] = []
    ) throws(SystemError) {
        try file.replace(with: text.bytes(memory, orders), keepsOld: isSound)
        isSound = true
    }

    private func read(
        old isOld: Bool
    ) throws(StateDamage) -> (memory: ControlMemory, words: [OrderWords])? {
        let bytes: [UInt8]?
        do throws(SystemError) {
            bytes = try file.read(old: isOld, limit: StateText.limit)
        } catch {
            throw .unreadable(error.description)
        }
        guard let bytes else { return nil }
        return try text.state(bytes)
    }

    private static func age(_ memory: ControlMemory, _ wall: WallTime?) -> Interval? {
        guard let wall, let savedAt = memory.savedAtUnixSeconds, savedAt <= wall.unixSeconds, savedAt > 0
        else { return nil }
        return .seconds(wall.unixSeconds - savedAt)
    }
}
