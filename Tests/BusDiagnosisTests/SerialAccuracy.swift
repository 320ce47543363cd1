/// How often the fault that was put into a conversation is the first thing found; docs/diagnosis-serial.md shows it.
enum SerialAccuracy {
    /// A fault, and of how many conversations it was found first.
    struct Row {
        var fault: String
        var hits: Int
        var cases: Int

        init(_ fault: String, _ hits: Int, of cases: Int) {
            (self.fault, self.hits, self.cases) = (fault, hits, cases)
        }
    }

    static let rows = [
        Row("no-answer: nobody answers", 35, of: 35),
        Row("address-silent: the second pack is off", 15, of: 15),
        Row("first-pack-missing: the first pack is off", 9, of: 9),
        Row("second-master: another asks into every fourth question", 31, of: 31),
        Row("second-master: we ask, and somebody else does", 35, of: 35),
        Row("two-protocols: another protocol between the frames", 31, of: 32),
        Row("wrong-address: a pack answers under the next address", 14, of: 14),
        Row("questions-refused: everything is refused", 25, of: 25),
        Row("duplicate-address: two packs answer each question", 12, of: 12),
        Row("duplicate-address: now one pack answers, now another", 29, of: 30),
        Row("answers-twice: each answer comes twice", 35, of: 35),
        Row("late-answers: answers come too late", 35, of: 35),
        Row("only-answers: only one pair of four wires is heard", 35, of: 35),
        Row("other-protocol: the inverter expects another protocol", 35, of: 35),
        Row("jk-master: a JK master goes through its slaves", 1, of: 1),
        Row("jk-address-0: address 0 is asked", 1, of: 1),
        Row("cold-bus: the first question after a pause is lost", 26, of: 26),
        Row("strange-questions: half of what is asked is not in the map", 10, of: 10),
        Row("limits-never-asked: the limits are not asked for", 2, of: 2),
        Row("damaged-frames: every eighth answer has a wrong bit", 34, of: 35),
        Row("echo: the adapter hears itself", 35, of: 35),
        Row("broken-frames: an adapter holds back the second half of each answer", 35, of: 35),
        Row("pack-frozen: the values stand still", 35, of: 35),
        Row("pack-protection: a cell is too high", 30, of: 30),
        Row("pack-limits-zero: CCL is 0 at 55 %", 20, of: 20),
        Row("pack-soc-jump: from 55 to 95 %", 35, of: 35),
        Row("pack-impossible: a cell of 9 V, or 200 °C", 17, of: 17),
    ]
}
