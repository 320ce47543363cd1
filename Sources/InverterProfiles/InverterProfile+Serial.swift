public import BatteryModel
public import BusCodec

/// What became of a question.
public enum SerialOutcome: Sendable, Equatable {
    /// It was answered.
    case answered
    /// It was a write, and was confirmed without effect.
    case confirmed
    /// It was refused, as the protocol wants it.
    case refused(SerialRefusal)
    /// It is for another address: silence, or a refusal over a network.
    case notForUs
    /// It is no question: the answer of somebody else, silence.
    case noQuestion
    /// A value that the answer needs is not known or does not fit: refused, and named here.
    case withheld(SignalError)
}

extension InverterProfile {
    /// The same profile in Modbus TCP; `nil` for one that nobody speaks so.
    public var overTCP: InverterProfile? {
        guard let talk = serial?.overTCP else { return nil }
        var profile = self
        profile.serial = talk
        return profile
    }
}

// MARK: - The battery side

extension InverterProfile {
    /// Answers a question of the inverter.
    ///
    /// - Parameters:
    ///   - question: What was asked.
    ///   - talk: How the profile is spoken on a line.
    ///   - bank: What is to be said.
    ///   - options: How it is to be said.
    ///   - buffer: Is given the frame that answers, if one does.
    /// - Returns: What became of the question.
    public func answer(
        _ question: SerialFrame, _ talk: SerialTalk, bank: BankReading, options: ProfileOptions,
        into buffer: inout SerialBuffer
    ) -> SerialOutcome {
        switch question.kind {
        case .question, .write, .unknown: break
        case .answer, .refusal: return .noQuestion
        }
        let own = options.address ?? talk.address
        guard let address = talk.answerer(of: question.address, own: own, code: question.code) else {
            // Nobody else shares a connection, so that silence would only make the client wait.
            if talk.framing == .modbusTCP {
                talk.framing.writeRefusal(of: question, as: question.address, .nobodyThere, into: &buffer)
            }
            return .notForUs
        }
        func refuse(_ refusal: SerialRefusal) -> SerialOutcome {
            talk.framing.writeRefusal(of: question, as: address, refusal, into: &buffer)
            return .refused(refusal)
        }
        guard question.kind != .unknown else { return refuse(.unknownCommand) }
        guard talk.framing.permits(count: question.count) else { return refuse(.notPermitted) }
        guard question.kind == .question else {
            if case .refused(let refusal) = talk.take(question) { return refuse(refusal) }
            talk.framing.writeConfirmation(of: question, as: address, into: &buffer)
            return .confirmed
        }
        if let refusal = talk.objection(question) { return refuse(refusal) }
        let bank = prepared(bank, options)
        var payload = SerialPayload()
        do throws(SignalError) {
            let hasRows = try fill(&payload, for: question, talk, bank, options)
            guard try talk.complete(question, bank, options, hasRows, &payload) else {
                return refuse(talk.framing.countsRegisters ? .unknownRegister : .unknownCommand)
            }
        } catch {
            talk.framing.writeRefusal(of: question, as: address, .notKnownNow, into: &buffer)
            return .withheld(error)
        }
        talk.framing.writeAnswer(to: question, as: address, payload.bytes, into: &buffer)
        return .answered
    }

    /// Puts the frames that a question asks for into `payload`; `false` if there are none.
    private func fill(
        _ payload: inout SerialPayload, for question: SerialFrame, _ talk: SerialTalk, _ bank: BankReading,
        _ options: ProfileOptions
    ) throws(SignalError) -> Bool {
        guard talk.framing.countsRegisters else {
            guard let index = index(ofIdentifier: UInt32(question.code)),
                sends(frame(index), inDialect: options.dialect)
            else { return false }
            return try append(frame: index, talk, bank, options, bytes: 0..<Int.max, to: &payload)
        }
        // Registers: every block that the question touches, without a gap between them.
        var register = Int(talk.framing.space(ofFunction: question.variant)) + Int(question.code)
        let end = register + Int(question.count)
        guard Int(question.count) * 2 <= 250 else { return false }
        while register < end {
            guard let index = block(at: register, options) else { return false }
            let first = Int(frame(index).identifier)
            let last = min(end, first + Int(frame(index).lengths[options.dialect]) / 2)
            let bytes = (register - first) * 2..<(last - first) * 2
            guard try append(frame: index, talk, bank, options, bytes: bytes, to: &payload) else {
                return false
            }
            register = last
        }
        return true
    }

    private func block(at register: Int, _ options: ProfileOptions) -> Int? {
        for index in 0..<frameCount {
            let row = frame(index)
            let first = Int(row.identifier)
            guard sends(row, inDialect: options.dialect), register >= first,
                register < first + Int(row.lengths[options.dialect]) / 2
            else { continue }
            return index
        }
        return nil
    }

    private func append(
        frame index: Int, _ talk: SerialTalk, _ bank: BankReading, _ options: ProfileOptions,
        bytes wanted: Range<Int>, to payload: inout SerialPayload
    ) throws(SignalError) -> Bool {
        let row = frame(index)
        let length = Int(row.lengths[options.dialect])
        var storage = InlineArray<256, UInt8>(repeating: 0)
        var failure: SignalError?
        visitRows(row.container) { row in
            guard failure == nil, row.dialects >> options.dialect & 1 != 0 else { return }
            var bytes = storage.mutableSpan
            do throws(SignalError) {
                try row.store(bank, options, length: length, talk.order, into: &bytes)
            } catch {
                // What is not asked for need not be known.
                if wanted.overlaps(Int(row.byte)..<row.endByte) { failure = error }
            }
        }
        if let failure { throw failure }
        payload.append(storage.span.extracting(wanted.clamped(to: 0..<length)))
        return true
    }
}

// MARK: - The inverter side

extension InverterProfile {
    /// Reads the answer to a question into `reading`.
    ///
    /// - Parameters:
    ///   - bytes: The whole frame.
    ///   - question: What was asked.
    ///   - talk: How the profile is spoken on a line.
    ///   - options: The dialect spoken, and whether the sender counts discharging as positive.
    ///   - now: When the frame was heard.
    ///   - reading: Is told what the answer says.
    /// - Returns: What it was; for an answer of several blocks the last of them that was read.
    public func understand(
        _ bytes: Span<UInt8>, answering question: SerialQuestion, _ talk: SerialTalk,
        options: ProfileOptions, at now: Instant, into reading: inout BankReading
    ) -> Heard {
        var payload = SerialPayload()
        talk.framing.readPayload(of: bytes, into: &payload)
        talk.mend(question.code, &payload)
        // Registers carry no number of their own: a late answer to another question must not be taken for this one.
        if question.count > 0, payload.count != Int(question.count) * 2 { return .unknown }
        let start = talk.framing.space(ofFunction: question.variant) + UInt32(question.code)
        if talk.dissect(question.code, payload.bytes, now, &reading) {
            return index(ofIdentifier: start).map { .frame(HeardFrame(index: $0)) } ?? .unknown
        }
        guard question.count > 0 else {
            guard let index = index(ofIdentifier: start) else { return .unknown }
            return understand(
                payload.bytes, frame: index, asked: 0..<Int.max, talk, options, at: now, into: &reading)
        }
        var heard = Heard.unknown
        var register = Int(start)
        let end = register + Int(question.count)
        while register < end, let index = block(at: register, options) {
            let first = Int(frame(index).identifier)
            let last = min(end, first + Int(frame(index).lengths[options.dialect]) / 2)
            let from = (register - Int(start)) * 2
            guard from < payload.count else { return heard }
            let asked = (register - first) * 2..<(last - first) * 2
            // A block that was asked for from its middle is read where its rows expect it.
            var block = ByteBuffer<256>()
            block.append(zeros: asked.lowerBound)
            block.append(payload.bytes.extracting(from..<min(from + asked.count, payload.count)))
            heard = understand(
                block.bytes, frame: index, asked: asked, talk, options, at: now, into: &reading)
            register = last
        }
        return heard
    }

    private func understand(
        _ payload: Span<UInt8>, frame index: Int, asked: Range<Int>, _ talk: SerialTalk,
        _ options: ProfileOptions, at now: Instant, into reading: inout BankReading
    ) -> Heard {
        var intake = Intake(
            heard: HeardFrame(index: index), now: now, invertsCurrent: options.invertsCurrent,
            dialects: 1 << options.dialect, order: talk.order)
        visitRows(frame(index).container) { row in
            guard asked.lowerBound <= Int(row.byte), row.endByte <= asked.upperBound else { return }
            intake.take(row, from: payload, into: &reading)
        }
        intake.takeAlarms(into: &reading)
        guard intake.read > 0 || intake.heard.cutOff == 0 else { return .tooShort(frame: index) }
        return .frame(intake.heard)
    }
}
