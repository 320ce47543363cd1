public import BatteryModel

/// A setting of a BMS that may be written.
public struct WritableSetting: Sendable {
    /// What is set.
    public var field: PackField
    /// The values that are sent, in the unit of ``field``; anything else is refused before a byte leaves.
    public var range: ClosedRange<Int32>
    /// What proves the write, and the range.
    public var source: StaticString

    /// Makes a row.
    public init(_ field: PackField, _ range: ClosedRange<Int32>, source: StaticString) {
        self.field = field
        self.range = range
        self.source = source
    }
}

/// A write that a battery hears.
public enum HeardWrite: Sendable, Equatable {
    /// A setting gets a value.
    case setting(PackField, Int32)
    /// A setting that cannot be written, or a value it cannot have.
    case refused(code: UInt8)
}

/// What a driver knows of the settings of its BMS beyond reading them: what choices stand for, and what may be written.
///
/// A driver that writes nothing has ``none``. Nothing here writes by itself: ``PackLine`` does, once, when it is told to.
public struct BMSSettings: Sendable {
    /// Number of settings that may be written; they are numbered from 0.
    public var writableCount: Int
    /// A setting that may be written.
    public var writable: @Sendable (_ index: Int) -> WritableSetting
    /// The question whose answer carries a writable setting; `nil` if there is none in this way of reading.
    public var readBack: @Sendable (_ index: Int, _ mode: ReadMode) -> Int?
    /// Writes the request that gives a setting a value to the pack at `address`; nothing if the value is out of range.
    public var write:
        @Sendable (_ index: Int, _ value: Int32, _ address: UInt8, _ buffer: inout RequestBuffer) -> Void
    /// Tells whether an item of the line confirms that request.
    public var confirms: @Sendable (_ item: Span<UInt8>, _ index: Int, _ address: UInt8) -> Bool
    /// The battery side: what a request writes; `nil` if it writes no setting.
    public var heard: @Sendable (_ request: Span<UInt8>) -> HeardWrite?
    /// What the number of a choice stands for on the pack with this identity; `nil` if nobody has listed it.
    public var choice:
        @Sendable (_ field: PackField, _ number: Int32, _ identity: PackIdentity?) -> StaticString?
    /// Whether the protocol with this number on this port is one that inverters understand.
    public var isForInverters: @Sendable (_ field: PackField, _ number: Int32) -> Bool

    /// Makes the knowledge from its parts; without them nothing is known and nothing can be written.
    public init(
        writableCount: Int = 0,
        writable: @escaping @Sendable (Int) -> WritableSetting = { _ in preconditionFailure("no such setting")
        },
        readBack: @escaping @Sendable (Int, ReadMode) -> Int? = { _, _ in nil },
        write: @escaping @Sendable (Int, Int32, UInt8, inout RequestBuffer) -> Void = { _, _, _, _ in },
        confirms: @escaping @Sendable (Span<UInt8>, Int, UInt8) -> Bool = { _, _, _ in false },
        heard: @escaping @Sendable (Span<UInt8>) -> HeardWrite? = { _ in nil },
        choice: @escaping @Sendable (PackField, Int32, PackIdentity?) -> StaticString? = { _, _, _ in nil },
        isForInverters: @escaping @Sendable (PackField, Int32) -> Bool = { _, _ in false }
    ) {
        self.writableCount = writableCount
        self.writable = writable
        self.readBack = readBack
        self.write = write
        self.confirms = confirms
        self.heard = heard
        self.choice = choice
        self.isForInverters = isForInverters
    }

    /// Nothing can be written, and no choice has a name.
    public static let none = BMSSettings()

    /// The number of the setting that is written with `field`; `nil` if it cannot be written.
    public func index(of field: PackField) -> Int? {
        for index in 0..<writableCount where writable(index).field == field { return index }
        return nil
    }
}
