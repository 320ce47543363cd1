"""pymodbus and minimalmodbus read every simulated BMS that speaks Modbus RTU, register by register.

The registers stand here as the makers' documents have them, apart from Busbar's own tables: a register in the wrong place,
with a wrong scale or sign, shows on one of the two sides.
"""

import contextlib
import struct
import tempfile

import minimalmodbus
import pymodbus.client
import pymodbus.framer
import pymodbus.pdu
import pymodbus.pdu.register_message
import serial

import busbar
import reported

HOLDING, INPUT, COILS = 3, 4, 1


class Block:
    """Registers that are read at once. `bytes_each` is 1 where register numbers count bytes."""

    def __init__(self, first, count, rows, function=HOLDING, bytes_each=2):
        self.first, self.count, self.function = first, count, function
        self.rows, self.bytes_each = rows, bytes_each

    def values(self, data):
        """What `data`, the bytes of the block, says, as {name: (value, step)}."""
        seen = {}
        for name, register, code, scale, *offset in self.rows:
            raw, = struct.unpack_from(f">{code}", data, (register - self.first) * self.bytes_each)
            seen[name] = (raw * scale + sum(offset), scale)
        return seen


def row_of(name, count, first, code, scale, *offset, apart=1):
    """As many registers as there are cells or sensors, `apart` register numbers from each other."""
    return [(f"{name}_{number + 1}", first + number * apart, code, scale, *offset) for number in range(count)]


def half(name, register, scale=1):
    """A number in the low byte of its register."""
    return (name, register, "xB", scale)


KELVIN = -273.1

# JK BMS RS485 Modbus V1.1 (vendor): register numbers are byte addresses.
JK = [
    Block(0x1200, 0x40, row_of("cell", 16, 0x1200, "H", 0.001, apart=2) + [
        ("average_cell", 0x1244, "H", 0.001), ("cell_spread", 0x1246, "H", 0.001),
        ("highest_cell_number", 0x1248, "B", 1, 1), ("lowest_cell_number", 0x1249, "B", 1, 1)], bytes_each=1),
    Block(0x1280, 0x40, [
        ("mosfet_temperature", 0x128A, "h", 0.1), ("pack_voltage", 0x1290, "I", 0.001),
        ("current", 0x1298, "i", 0.001), ("temperature_1", 0x129C, "h", 0.1), ("temperature_2", 0x129E, "h", 0.1),
        ("balancing", 0x12A6, "B", 1), ("soc", 0x12A7, "B", 1), ("remaining_capacity", 0x12A8, "i", 0.001),
        ("full_capacity", 0x12AC, "I", 0.001), ("cycles", 0x12B0, "I", 1), ("throughput", 0x12B4, "I", 0.001),
        ("soh", 0x12B8, "B", 1), ("runtime", 0x12BC, "I", 1), ("charge_switch", 0x12C0, "B", 1),
        ("discharge_switch", 0x12C1, "B", 1), ("heater", 0x12D1, "B", 1), ("uptime", 0x12F0, "I", 0.1)], bytes_each=1),
    Block(0x1000, 0x40, [
        ("sleep_cell", 0x1000, "I", 0.001), ("cell_under_voltage", 0x1004, "I", 0.001),
        ("cell_under_voltage_release", 0x1008, "I", 0.001), ("cell_over_voltage", 0x100C, "I", 0.001),
        ("cell_over_voltage_release", 0x1010, "I", 0.001), ("balance_trigger", 0x1014, "I", 0.001),
        ("full_cell", 0x1018, "I", 0.001), ("empty_cell", 0x101C, "I", 0.001),
        ("requested_charge_cell", 0x1020, "I", 0.001), ("requested_float_cell", 0x1024, "I", 0.001),
        ("power_off_cell", 0x1028, "I", 0.001), ("charge_limit", 0x102C, "I", 0.001),
        ("discharge_limit", 0x1038, "I", 0.001), ("charge_over_temperature", 0x104C, "i", 0.1)], bytes_each=1),
]

# SEPLOS 3.0 RS485 BMS Modbus RTU Protocol (vendor): PIA, PIB.
SEPLOS_V3 = [
    Block(0x1000, 0x11, [
        ("pack_voltage", 0x1000, "H", 0.01), ("current", 0x1001, "h", 0.01), ("remaining_capacity", 0x1002, "H", 0.01),
        ("full_capacity", 0x1003, "H", 0.01), ("throughput", 0x1004, "H", 10), ("soc", 0x1005, "H", 0.1),
        ("soh", 0x1006, "H", 0.1), ("cycles", 0x1007, "H", 1), ("average_cell", 0x1008, "H", 0.001),
        ("highest_cell", 0x100A, "H", 0.001), ("lowest_cell", 0x100B, "H", 0.001),
        ("discharge_current_limit", 0x100F, "H", 1), ("charge_current_limit", 0x1010, "H", 1)], INPUT),
    Block(0x1100, 0x1A, row_of("cell", 16, 0x1100, "H", 0.001) + row_of("temperature", 4, 0x1110, "H", 0.1, KELVIN) + [
        ("mosfet_temperature", 0x1119, "H", 0.1, KELVIN)], INPUT),
]

# PACE BMS Modbus Protocol for RS485 V1.3, 2017-06-27 (vendor).
PACE = [
    Block(0, 13, [
        ("current", 0, "h", 0.01), ("pack_voltage", 1, "H", 0.01), half("soc", 2), half("soh", 3),
        ("remaining_capacity", 4, "H", 0.01), ("full_capacity", 5, "H", 0.01), ("design_capacity", 6, "H", 0.01),
        ("cycles", 7, "H", 1)]),
    Block(15, 22, row_of("cell", 16, 15, "H", 0.001) + row_of("temperature", 4, 31, "h", 0.1) + [
        ("mosfet_temperature", 35, "h", 0.1)]),
]

# EG4-LL Modbus protocol V01.06 (vendor).
EG4 = [
    Block(0, 39, [
        ("pack_voltage", 0, "H", 0.01), ("current", 1, "h", 0.01), *row_of("cell", 16, 2, "H", 0.001),
        ("mosfet_temperature", 18, "h", 1), ("charge_current_limit", 22, "H", 1), ("soh", 23, "H", 1),
        ("soc", 24, "H", 1), ("cycles", 29, "I", 1), ("full_capacity", 31, "I", 1 / 3_600_000),
        ("temperature_1", 33, "b", 1), ("temperature_2", 33, "xb", 1), ("temperature_3", 34, "b", 1),
        ("temperature_4", 34, "xb", 1), ("configured_cells", 36, "H", 1), ("design_capacity", 37, "H", 0.1)]),
]

# Register map of the newer boards (syssi/esphome-daly-bms, docs); the sign of the current from its captures.
DALY_D2 = [
    Block(0, count, row_of("cell", 16, 0, "H", 0.001) + row_of("temperature", 4, 0x20, "H", 1, -40) + [
        ("pack_voltage", 0x28, "H", 0.1), ("current", 0x29, "H", 0.1, -3_000), ("soc", 0x2A, "H", 0.1),
        ("highest_cell", 0x2B, "H", 0.001), ("lowest_cell", 0x2C, "H", 0.001), ("remaining_capacity", 0x30, "H", 0.1),
        ("configured_cells", 0x31, "H", 1), ("cycles", 0x33, "H", 1), ("charge_switch", 0x35, "H", 1),
        ("discharge_switch", 0x36, "H", 1), ("average_cell", 0x37, "H", 0.001), ("cell_spread", 0x38, "H", 0.001), *more])
    for count, more in ((62, []), (80, [("mosfet_temperature", 0x42, "H", 1, -40)]))]
DALY = [
    Block(0, 64, row_of("cell", 16, 0, "H", 0.001) + row_of("temperature", 4, 0x30, "H", 1, -40) + [
        ("pack_voltage", 0x38, "H", 0.1), ("current", 0x39, "H", 0.1, -3_000), ("soc", 0x3A, "H", 0.1),
        ("configured_cells", 0x3C, "H", 1), ("highest_cell", 0x3E, "H", 0.001), ("highest_cell_number", 0x3F, "H", 1)]),
    Block(0x41, 62, [
        ("lowest_cell_number", 0x41, "H", 1), ("cell_spread", 0x42, "H", 0.001), ("remaining_capacity", 0x4B, "H", 0.1),
        ("cycles", 0x4C, "H", 1), ("charge_switch", 0x52, "H", 1), ("discharge_switch", 0x53, "H", 1),
        ("heater", 0x55, "H", 1), ("average_cell", 0x57, "H", 0.001), ("mosfet_temperature", 0x5A, "H", 1, -40)]),
]


class PyModbus:
    """Reads through pymodbus."""

    def __init__(self, packs, address, baud):
        self.client = pymodbus.client.ModbusSerialClient(packs.path, baudrate=baud, timeout=1, retries=0)
        self.address = address
        if not self.client.connect():
            raise RuntimeError(f"pymodbus cannot open {packs.path}")

    def read(self, block):
        ask = self.client.read_input_registers if block.function == INPUT else self.client.read_holding_registers
        answer = ask(block.first, count=block.count, device_id=self.address)
        if answer.isError():
            raise RuntimeError(f"pymodbus: {block.first:#06x}: {answer}")
        return struct.pack(f">{block.count}H", *answer.registers)

    def bits(self, first, count):
        return self.client.read_coils(first, count=count, device_id=self.address).bits[:count]

    def close(self):
        self.client.close()


class MinimalModbus:
    """Reads through minimalmodbus."""

    def __init__(self, packs, address, baud):
        self.instrument = minimalmodbus.Instrument(packs.path, address)
        self.instrument.serial.baudrate = baud
        self.instrument.serial.timeout = 1

    def read(self, block):
        registers = self.instrument.read_registers(block.first, block.count, functioncode=block.function)
        return struct.pack(f">{block.count}H", *registers)

    def bits(self, first, count):
        return [bool(bit) for bit in self.instrument.read_bits(first, count, functioncode=COILS)]

    def close(self):
        self.instrument.serial.close()


class OtherAddress:
    """A Daly that is asked at 0x81 answers as 0x51, which no Modbus master accepts: pymodbus makes the question and reads
    the answer, and pyserial carries them."""

    def __init__(self, packs, address, baud):
        self.asked, self.answering = address
        self.port = serial.Serial(packs.path, baud, timeout=1)
        self.ask = pymodbus.framer.FramerRTU(pymodbus.pdu.DecodePDU(True))
        self.hear = pymodbus.framer.FramerRTU(pymodbus.pdu.DecodePDU(False))

    def read(self, block):
        question = pymodbus.pdu.register_message.ReadHoldingRegistersRequest(
            address=block.first, count=block.count, dev_id=self.asked)
        self.port.write(self.ask.buildFrame(question))
        frame = self.port.read(5 + 2 * block.count)
        _, answer = self.hear.handleFrame(frame, self.answering, 0)
        return struct.pack(f">{block.count}H", *answer.registers)

    def close(self):
        self.port.close()


MASTERS = [("pymodbus", PyModbus), ("minimalmodbus", MinimalModbus)]
MAPS = [
    ("jk-modbus", 1, 115_200, JK, MASTERS), ("seplos-v3", 1, 19_200, SEPLOS_V3, MASTERS),
    ("pace-modbus", 1, 9_600, PACE, MASTERS), ("eg4-ll", 1, 9_600, EG4, MASTERS),
    ("daly-d2", 0xD2, 9_600, DALY_D2, MASTERS),
    ("daly-modbus", (0x81, 0x51), 9_600, DALY, [("pymodbus's framer", OtherAddress)]),
]


def registers():
    """Every register of every BMS is where its maker says"""
    for driver, address, baud, blocks, masters in MAPS:
        with tempfile.TemporaryDirectory() as folder, reported.packs(folder, driver) as packs:
            for name, kind in masters:
                with contextlib.closing(kind(packs, address, baud)) as master:
                    for block in blocks:
                        data, reading = packs.read(lambda: master.read(block))
                        reading.check(f"{driver}, {name}, {block.count} from {block.first:#06x}", block.values(data))


# A protection or warning and the bit that stands for it alone: the register (or first coil), and its number there.
ALARMS = [
    ("jk-modbus", 1, 115_200, ("--alarm", "cell_over_voltage"), 0x12A2, 1 << 4),
    ("jk-modbus", 1, 115_200, ("--alarm", "discharge_over_temperature"), 0x12A2, 1 << 15),
    ("pace-modbus", 1, 9_600, ("--warning", "mosfet_over_temperature"), 9, 1 << 14),
    ("pace-modbus", 1, 9_600, ("--alarm", "mosfet_over_temperature"), 10, 1 << 12),
    ("eg4-ll", 1, 9_600, ("--warning", "charge_under_temperature"), 26, 1 << 10),
    ("eg4-ll", 1, 9_600, ("--alarm", "discharge_short_circuit"), 27, 1 << 13),
]


def alarm_bits():
    """Alarms stand in the bits that the makers give them"""
    for driver, address, baud, options, register, wanted in ALARMS:
        with tempfile.TemporaryDirectory() as folder, reported.packs(folder, driver, *options) as packs:
            with contextlib.closing(MinimalModbus(packs, address, baud)) as master:
                got, = struct.unpack(">H", master.read(Block(register, 1, [])))
        busbar.check(f"{driver}: {' '.join(options)}", got == wanted, f"{got:#06x}")


# Of PIC (coils from 0x1200): the voltage events (TB02), and the switches (TB07).
VOLTAGE_EVENTS, SWITCHES = 0x48, 0x78


def coils():
    """A Seplos V3 tells alarms and switches in coils"""
    options = ("--alarm", "cell_over_voltage", "--warning", "pack_under_voltage")
    with tempfile.TemporaryDirectory() as folder, reported.packs(folder, "seplos-v3", *options) as packs:
        for name, kind in MASTERS:
            with contextlib.closing(kind(packs, 1, 19_200)) as master:
                bits = master.bits(0x1200, 0x90)
            events = {number for number in range(8) if bits[VOLTAGE_EVENTS + number]}
            busbar.check(f"{name}: cell over-voltage protection and pack low alarm", events == {1, 6}, events)
            busbar.check(f"{name}: both switches conduct", bits[SWITCHES] and bits[SWITCHES + 1])


busbar.main(registers, alarm_bits, coils)
