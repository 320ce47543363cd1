import BatteryModel
import BusCodec

extension PylontechRS485 {
    /// Keeps limits and enable bits from contradicting each other, and stops Deye at the bank's voltage.
    static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        bank.name("Busbar")
        bank.makeLimitsAgree()
        bank.keepApartFromEmpty()
        // Without a sensor of its own a board is as warm as the warmest cell; inverters only show it.
        if let warmest = bank[.highestTemperature]?.value { bank.sayIfUnknown(.mosfetTemperature, warmest) }
        if options.dialect == deye { DeyeLV.lowerToBankVoltage(&bank) }
    }

    /// Only the own address is answered: an inverter that probes 02, 12, 22, 32, 42 may count every answer as another
    /// battery.
    ///
    /// An Anenji probes so (captured); SRNE expects 02 in every answer, which is the usual own address.
    static func answersAs(_ asked: UInt8, _ own: UInt8, _ code: UInt16) -> UInt8? { asked == own ? own : nil }

    /// Refuses what is asked of another module than the one addressed, with 90, "ADR error".
    ///
    /// A question about a module carries the module's number, which is the address of the frame, or 255 for all of them;
    /// the bank is one module. One asker numbers the modules of a group by themselves (captured: `~20424642E00202FD2F`).
    /// Without a number, or with 0, which no module has, the address counts.
    ///
    /// What a battery does with another number was not captured. The text of V3.3 has a code for a wrong address, and the
    /// frame is for us alone, so that nobody else answers it; silence would only leave the inverter waiting.
    static func objection(_ question: SerialFrame) -> SerialRefusal? {
        switch question.code {
        case 0x42, 0x44, 0x92, 0x93, 0x96:
            let module = question.value
            let own = UInt16(question.address)
            let isMeant = module == own || module == own & 0x0F || module == 0 || module == allModules
            return isMeant ? nil : .nobodyThere
        default: return nil
        }
    }

    /// Puts the module's address into answers that begin with it, and writes what has no fixed places.
    static func complete(
        _ question: SerialFrame, _ bank: borrowing BankReading, _ options: ProfileOptions, _ hasRows: Bool,
        _ payload: inout SerialPayload
    ) throws(SignalError) -> Bool {
        switch question.code {
        case 0x42:
            payload.removeAll()
            try writeAnalog(beginning: whom(question), bank, into: &payload)
        case 0x44:
            payload.removeAll()
            try writeAlarms(beginning: whom(question), bank, into: &payload)
        case 0x47:
            payload.removeAll()
            try writeParameters(bank, into: &payload)
        case 0x51: writeMaker(bank, into: &payload)
        case 0x60: writeSystem(bank, into: &payload)
        case 0x92 where payload.count > 0: payload[0] = question.address
        case 0x93:
            payload.removeAll()
            payload.append(question.address)
            payload.append(bank.maker?.value, characters: 16)
        case 0x96:
            payload.removeAll()
            payload.append(question.address)
            payload.append(big: 1)
            payload.append(zeros: 2)
            payload.append(1)
        default: return hasRows
        }
        return true
    }

    /// What 42 and 44 begin with: whose values follow, or of how many modules where all of them were asked for.
    ///
    /// The bank is one module. Voltronic's inverters take this number for that of their batteries. Captured:
    /// `~20024642E002FFFD09` is answered with 1103 by three US2000, 42 for module 02 with 0002
    /// (Tomcat42/pylontech-python).
    private static func whom(_ question: SerialFrame) -> UInt8 {
        question.value == allModules ? 1 : question.address
    }

    /// Asks for all modules in 42 and 44.
    private static let allModules: UInt16 = 0xFF

    /// Takes the discharge limit without its sign: 92 has it below zero, 63 above, and both are sent either way.
    ///
    /// Captured on one inverter: JK sends 63 with 17 0C, Seplos with F8 F8; US2000 sends 92 below zero, several
    /// emulators above.
    static func mendPayload(_ code: UInt16, _ payload: inout SerialPayload) {
        let place = code == 0x92 ? 7 : code == 0x63 ? 6 : nil
        guard let place, let bits = payload.bytes.word(at: place) else { return }
        let word = Int16(bitPattern: bits)
        guard word != .min, code == 0x92 ? word > 0 : word < 0 else { return }
        payload.set(big: UInt16(bitPattern: -word), at: place)
    }
}
