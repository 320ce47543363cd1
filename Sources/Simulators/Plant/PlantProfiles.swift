public import BatteryModel

/// The power of a solar field over the days.
public struct SunProfile: Sendable, Hashable {
    /// The most it ever gives, in watts.
    public var peakWatts: Int32
    /// From sunrise to sunset; noon is in the middle.
    public var dayLength: Interval
    /// How much clouds take on average, in thousandths; 0 is a clear sky.
    public var cloudPermille: Int32

    /// Makes a profile.
    public init(peakWatts: Int32 = 0, dayLength: Interval = .seconds(12 * 3_600), cloudPermille: Int32 = 0) {
        self.peakWatts = peakWatts
        self.dayLength = dayLength
        self.cloudPermille = cloudPermille
    }

    /// The power at a time of the plant's clock, counted from the midnight before its beginning.
    func watts(at time: Interval, seed: UInt64) -> Double {
        guard peakWatts > 0, dayLength > .zero else { return 0 }
        let clock = DayClock(time)
        let part = (clock.hours - 12) / (Double(dayLength.nanoseconds) / 3.6e12) + 0.5
        guard part > 0, part < 1 else { return 0 }
        let height = sineOfHalfTurns(part)
        let clouds = Double(cloudPermille) / 1_000
        guard clouds > 0 else { return Double(peakWatts) * height }
        // Some days are better than others, and clouds come and go within minutes.
        let day = SlowNoise(seed: seed ^ 0x5D).value(at: Double(clock.day))
        let cover = SlowNoise(seed: seed ^ 0xC1).value(at: clock.seconds / 300 + Double(clock.day) * 288)
        let taken = clouds * (0.5 + day) * (0.3 + 1.4 * cover)
        return Double(peakWatts) * height * max(1 - taken, 0.05)
    }
}

/// The power that a house draws over the days.
public struct LoadProfile: Sendable, Hashable {
    /// A power from a time of day on.
    public struct Step: Sendable, Hashable {
        /// The time of day, counted from midnight.
        public var from: Interval
        /// The power, in watts.
        public var watts: Int32

        /// Makes a step.
        public init(from: Interval, watts: Int32) {
            self.from = from
            self.watts = watts
        }
    }

    /// What is always drawn, in watts.
    public var baseWatts: Int32
    /// What the morning adds at its height, at 7:30, in watts.
    public var morningWatts: Int32
    /// What the evening adds at its height, at 19:30, in watts.
    public var eveningWatts: Int32
    /// Powers by time of day that replace all of these, in the order of time; empty for none.
    public var steps: [Step]

    /// Makes a profile.
    public init(
        baseWatts: Int32 = 0, morningWatts: Int32 = 0, eveningWatts: Int32 = 0, steps: [Step] = []
    ) {
        self.baseWatts = baseWatts
        self.morningWatts = morningWatts
        self.eveningWatts = eveningWatts
        self.steps = steps
    }

    /// The power at a time of the plant's clock, counted from the midnight before its beginning.
    func watts(at time: Interval, seed: UInt64) -> Double {
        let clock = DayClock(time)
        if !steps.isEmpty {
            let seconds = Interval(nanoseconds: Int64(clock.seconds * 1_000_000_000))
            // Before the first step of the day the last of the day before still holds.
            let step = steps.last { $0.from <= seconds } ?? steps[steps.count - 1]
            return Double(step.watts)
        }
        let morning = Self.hump(clock.hours, from: 5.5, to: 9.5) * Double(morningWatts)
        let evening = Self.hump(clock.hours, from: 16.5, to: 22.5) * Double(eveningWatts)
        guard baseWatts > 0 || morning > 0 || evening > 0 else { return 0 }
        let place = clock.seconds / 600 + Double(clock.day) * 144
        return (Double(baseWatts) + morning + evening)
            * (0.7 + 0.6 * SlowNoise(seed: seed ^ 0x10AD).value(at: place))
    }

    private static func hump(_ hours: Double, from: Double, to: Double) -> Double {
        guard hours > from, hours < to else { return 0 }
        return sineOfHalfTurns((hours - from) / (to - from))
    }
}

/// The temperature around the packs over the days: lowest at 6:00, highest at 15:00.
public struct AmbientProfile: Sendable, Hashable {
    /// The lowest of the night, in tenths of a degree.
    public var nightDecicelsius: Int32
    /// The highest of the day, in tenths of a degree.
    public var dayDecicelsius: Int32

    /// Makes a profile.
    public init(nightDecicelsius: Int32 = 220, dayDecicelsius: Int32 = 220) {
        self.nightDecicelsius = nightDecicelsius
        self.dayDecicelsius = dayDecicelsius
    }

    /// The temperature at a time of the plant's clock, counted from the midnight before its beginning.
    func decicelsius(at time: Interval) -> Int32 {
        let hours = DayClock(time).hours
        // Up in nine hours, down in fifteen; a quarter of a turn each from the middle.
        let part =
            hours >= 6 && hours < 15 ? (hours - 6) / 9 : 1 - (hours >= 15 ? hours - 15 : hours + 9) / 15
        let swing = Double(dayDecicelsius - nightDecicelsius)
        let height = part < 0.5 ? 1 - sineOfHalfTurns(part + 0.5) : 1 + sineOfHalfTurns(part - 0.5)
        return nightDecicelsius + Int32((swing * height / 2).rounded())
    }
}

/// A time since a midnight, as days and the time of the day.
struct DayClock {
    /// Whole days.
    var day: Int64
    /// Seconds since the last midnight.
    var seconds: Double
    /// Hours since the last midnight.
    var hours: Double { seconds / 3_600 }

    private static let dayNanoseconds: Int64 = 86_400_000_000_000

    init(_ time: Interval) {
        day = time.nanoseconds / Self.dayNanoseconds
        seconds = Double(time.nanoseconds % Self.dayNanoseconds) / 1_000_000_000
    }
}

/// Chance between 0 and 1 that changes gradually: the same for the same seed and place.
struct SlowNoise {
    private let seed: UInt64

    init(seed: UInt64) { self.seed = seed }

    /// The value at a place; whole places have values of their own, those between lie between them.
    func value(at place: Double) -> Double {
        let low = place.rounded(.down)
        let part = place - low
        return corner(Int64(low)) * (1 - part) + corner(Int64(low) + 1) * part
    }

    private func corner(_ place: Int64) -> Double {
        var random = RandomSequence(
            seed: seed &* 0x9E37 &+ UInt64(bitPattern: place) &* 0xD1B5_4A32_D192_ED03)
        return random.nextDeviation() / 2 + 0.5
    }
}
