import BusCodec
import Recordings
import Testing

/// A piece of a recording, and what it holds.
struct RecordingSample: CustomTestStringConvertible {
    var testDescription: String
    /// The format it must be taken for.
    var format: String
    var text: String
    var items: [RecordedItem]
    var flexible = 0
    var unreadable = 0
}

func frame(_ identifier: UInt32, _ bytes: [UInt8], isExtended: Bool = false) -> CANFrame {
    CANFrame(identifier: identifier, isExtended: isExtended, payload: bytes.span)
}

func item(
    _ nanoseconds: Int64?, _ link: String, _ frame: CANFrame, _ direction: RecordedItem.Direction? = nil
) -> RecordedItem {
    RecordedItem(nanoseconds: nanoseconds, link: link, direction: direction, content: .frame(frame))
}

private func serial(_ direction: RecordedItem.Direction?, _ bytes: [UInt8]) -> RecordedItem {
    RecordedItem(nanoseconds: nil, link: "", direction: direction, content: .bytes(bytes))
}

let errorFrame = CANFrame(identifier: 0, kind: .error, length: 0)
/// 2017-09-30 15:06:13.191, as if it were UTC.
private let ascStart: Int64 = 1_506_783_973_191_000_000
/// 43008.920986006946 days since 1899-12-30.
private let trcStart: Int64 = 1_506_809_173_191_000_134

extension RecordingSample {
    static let all = [
        RecordingSample(
            testDescription: "candump -l, with CAN FD and an error frame between", format: "candump",
            text: """
                (1436509052.249713) vcan0 044#2A366C2BBA
                (1436509052.449847) can1 12345678#R4
                (1436509052.500000) vcan0 123##1AABB
                (1436509053.650713) vcan0 20000080#0000000000000000
                """,
            items: [
                item(1_436_509_052_249_713_000, "vcan0", frame(0x44, [0x2A, 0x36, 0x6C, 0x2B, 0xBA])),
                item(
                    1_436_509_052_449_847_000, "can1",
                    CANFrame(identifier: 0x1234_5678, isExtended: true, kind: .remote, length: 4)),
                item(
                    1_436_509_053_650_713_000, "vcan0", CANFrame(identifier: 0x80, kind: .error, length: 8)),
            ], flexible: 1),
        RecordingSample(
            testDescription: "the screen of candump", format: "text",
            text: "  can0  351   [8]  28 02 F4 01 20 03 E0 01\n",
            items: [item(nil, "can0", frame(0x351, [0x28, 0x02, 0xF4, 0x01, 0x20, 0x03, 0xE0, 0x01]))]),
        RecordingSample(
            testDescription: "what people paste", format: "text",
            text: """
                My inverter shows nothing, here is what I see:
                351#2802F401
                0x355: 32 00 64 00
                356 4 C4 14 00 00
                ID: 0x359 Data: 00,00,00,00
                // and this one with 29 bits
                0x18FF50E5: 01 02
                35C [2] C0 00
                """,
            items: [
                item(nil, "", frame(0x351, [0x28, 0x02, 0xF4, 0x01])),
                item(nil, "", frame(0x355, [0x32, 0, 0x64, 0])),
                item(nil, "", frame(0x356, [0xC4, 0x14, 0, 0])),
                item(nil, "", frame(0x359, [0, 0, 0, 0])),
                item(nil, "", frame(0x18FF_50E5, [1, 2], isExtended: true)),
                item(nil, "", frame(0x35C, [0xC0, 0])),
            ], unreadable: 1),
        RecordingSample(
            testDescription: "bytes of a serial line", format: "text",
            text:
                "# Busbar 0.1.0\n(1763805600.000250) bms TX 01 03 00 01 00 01 D5 CA\n(1763805600.0041) bms RX 01",
            items: [
                RecordedItem(
                    nanoseconds: 1_763_805_600_000_250_000, link: "bms", direction: .sent,
                    content: .bytes([0x01, 0x03, 0x00, 0x01, 0x00, 0x01, 0xD5, 0xCA])),
                RecordedItem(
                    nanoseconds: 1_763_805_600_004_100_000, link: "bms", direction: .received,
                    content: .bytes([0x01])),
            ]),
        RecordingSample(
            testDescription: "bytes of a serial line in the log of ESPHome", format: "hex",
            text: """
                # kitchen
                [10:22:01][D][uart_debug:114]: >>> DD:A5:03:00:FF:FD:77
                [10:22:01][D][uart_debug:114]: <<< DD:03:00:02:27:10:FF:C4:77
                [10:22:01][I][jbd_bms:248]: Hardware info:
                <<< DD:0
                """,
            items: [
                serial(.sent, [0xDD, 0xA5, 0x03, 0x00, 0xFF, 0xFD, 0x77]),
                serial(.received, [0xDD, 0x03, 0x00, 0x02, 0x27, 0x10, 0xFF, 0xC4, 0x77]),
            ], unreadable: 1),
        RecordingSample(
            testDescription: "bytes of a serial line that somebody pastes", format: "hex",
            text: """
                0x01 0x03 0x06 0x00 0x01 0x00 0x02 0x00 0x03 0x21 0x74
                01030600 0100 0200 0321 74

                my inverter
                """,
            items: Array(
                repeating: serial(nil, [0x01, 0x03, 0x06, 0, 1, 0, 2, 0, 3, 0x21, 0x74]), count: 2),
            unreadable: 1),
        RecordingSample(
            testDescription: "frames of characters", format: "hex",
            text: "~20014642E00201FD35\r\n",
            items: [serial(nil, Array("~20014642E00201FD35\r".utf8))]),
        RecordingSample(
            testDescription: "Busbar's own lines", format: "busbar",
            text: """
                # busbar 0.1.0
                # battery: /dev/ttyUSB0 at 9600 8N1

                (1763805600.000250) battery > 01 03 00 01
                (1763805600.000250500) can0 < 351#2802
                (1763805600.5) can0 < 351##12802
                (1763805601.000000) battery ! down: the adapter was unplugged
                (1763805602.000000) battery < 0x01
                (1763805602.000000) battery = 01
                1763805602.000000 battery < 01
                (1763805603.000000) battery <
                """,
            items: [
                RecordedItem(
                    nanoseconds: 1_763_805_600_000_250_000, link: "battery", direction: .sent,
                    content: .bytes([0x01, 0x03, 0x00, 0x01])),
                item(1_763_805_600_000_250_500, "can0", frame(0x351, [0x28, 0x02]), .received),
                RecordedItem(
                    nanoseconds: 1_763_805_601_000_000_000, link: "battery", direction: nil,
                    content: .note("down: the adapter was unplugged")),
                RecordedItem(
                    nanoseconds: 1_763_805_603_000_000_000, link: "battery", direction: .received,
                    content: .bytes([])),
            ], flexible: 1, unreadable: 3),
        // Lines as CANalyzer 9 writes them (hardbyte/python-can, test/data/logfile.asc).
        RecordingSample(
            testDescription: "Vector ASC", format: "asc",
            text: """
                date Sam Sep 30 15:06:13.191 2017
                base hex  timestamps absolute
                internal events logged
                // version 9.0.0
                Begin Triggerblock Sam Sep 30 15:06:13.191 2017
                   0.000000 Start of measurement
                   0.015991 CAN 1 Status:chip status error passive - TxErr: 132 RxErr: 0
                   1.015991 1  Statistic: D 0 R 0 XD 0 XR 0 E 0 O 0 B 0.00%
                   2.501000 1 ErrorFrame
                   2.510001 2 100 Tx r
                   3.098426 1  18EBFF00x       Rx d 8 01 A0 0F A6 60 3B D1 40    Length = 273910 BitCount = 141
                  17.876708 1  6F9             Rx   d 8 05 0C 00 00 00 00 00 00  Length = 240015 BitCount = 124
                  20.000000 CANFD   1 Rx  300  1 0 8 8 00 00 00 00 00 00 00 00  0 0 1000
                End TriggerBlock
                """,
            items: [
                item(ascStart + 2_501_000_000, "1", errorFrame),
                item(
                    ascStart + 2_510_001_000, "2", CANFrame(identifier: 0x100, kind: .remote, length: 0),
                    .sent),
                item(
                    ascStart + 3_098_426_000, "1",
                    frame(0x18EB_FF00, [0x01, 0xA0, 0x0F, 0xA6, 0x60, 0x3B, 0xD1, 0x40], isExtended: true),
                    .received),
                item(ascStart + 17_876_708_000, "1", frame(0x6F9, [5, 12, 0, 0, 0, 0, 0, 0]), .received),
            ], flexible: 1),
        // As PCAN-View 5 and PEAK-Converter 2 write them (hardbyte/python-can, test/data).
        RecordingSample(
            testDescription: "PCAN trace 1.1", format: "pcan",
            text: """
                ;$FILEVERSION=1.1
                ;$STARTTIME=43008.920986006946
                ;
                     1)     17535.4  Tx     00000100  8  00 00 00 00 00 00 00 01
                     2)     17540.3  Warng  FFFFFFFF  4  00 00 00 08  BUSHEAVY
                     3)     19295.4  Tx         0000  2  00 07
                    12)     48937.6  Rx         0704  1  RTR
                """,
            items: [
                item(
                    trcStart + 17_535_400_000, "", frame(0x100, [0, 0, 0, 0, 0, 0, 0, 1], isExtended: true),
                    .sent),
                item(trcStart + 19_295_400_000, "", frame(0, [0, 7]), .sent),
                item(
                    trcStart + 48_937_600_000, "", CANFrame(identifier: 0x704, kind: .remote, length: 1),
                    .received),
            ]),
        RecordingSample(
            testDescription: "PCAN trace 2.1", format: "pcan",
            text: """
                ;$FILEVERSION=2.1
                ;$STARTTIME=43008.920986006946
                ;$COLUMNS=N,O,T,B,I,d,R,L,D
                ;---+-- ------+------ +- +- --+----- +- +- +--- +- -- -- -- -- -- -- --
                      1      2501.000 DT 2      00C8 Tx -  8    09 08 07 06 05 04 03 02
                      2     17540.300 ST 1         - Rx -  4    00 00 00 08
                      3     17876.708 DT 1      06F9 Rx -  2    05 0C
                      4     17877.708 FD 1      06F9 Rx -  9    05 0C 00 00 00 00 00 00 00 00 00 00
                """,
            items: [
                item(trcStart + 2_501_000_000, "2", frame(0xC8, [9, 8, 7, 6, 5, 4, 3, 2]), .sent),
                item(trcStart + 17_876_708_000, "1", frame(0x6F9, [5, 12]), .received),
            ], flexible: 1),
        RecordingSample(
            testDescription: "PCAN trace 1.0, without a date", format: "pcan",
            text:
                ";##########\n;   Start time: 20.01.2020\n     1)    1841      0001  8  00 00 00 00 00 00 00 09\n",
            items: [item(1_841_000_000, "", frame(1, [0, 0, 0, 0, 0, 0, 0, 9]))]),
        RecordingSample(
            testDescription: "SavvyCAN", format: "savvycan",
            text: """
                Time Stamp,ID,Extended,Dir,Bus,LEN,D1,D2,D3,D4,D5,D6,D7,D8
                166064000,0000021A,false,Rx,0,8,FE,36,12,FE,69,05,07,AD,
                166065000,18FF50E5,true,Tx,1,2,01,02,
                """,
            items: [
                item(
                    166_064_000_000, "0", frame(0x21A, [0xFE, 0x36, 0x12, 0xFE, 0x69, 0x05, 0x07, 0xAD]),
                    .received),
                item(166_065_000_000, "1", frame(0x18FF_50E5, [1, 2], isExtended: true), .sent),
            ]),
        RecordingSample(
            testDescription: "python-can's table", format: "python-can",
            text: """
                timestamp,arbitration_id,extended,remote,error,dlc,data
                1483389946.197,0xdadada,1,0,0,6,KgIDBAUG
                1483389947.5,0x123,0,1,0,3,
                """,
            items: [
                item(
                    1_483_389_946_197_000_000, "", frame(0xDA_DADA, [0x2A, 2, 3, 4, 5, 6], isExtended: true)),
                item(1_483_389_947_500_000_000, "", CANFrame(identifier: 0x123, kind: .remote, length: 3)),
            ]),
    ]
}
