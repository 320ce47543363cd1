"""pymodbus and minimalmodbus, as masters, read a simulated JK pack. Register numbers of this BMS are byte addresses:
the register after 0x1290 (pack voltage, 32 bits) is 0x1294."""

import contextlib
import tempfile
import time

import minimalmodbus
import pymodbus.client
import pymodbus.exceptions
import serial

import busbar

ADDRESS, NOBODY = 1, 5
FIRST_CELL, CELL_MASK, PACK_VOLTAGE, CURRENT, SOC = 0x1200, 0x1240, 0x1290, 0x1298, 0x12A6
NOT_THERE, ODD, LAST_OF_BLOCK = 0x3000, 0x1201, 0x1324
OVER_VOLTAGE_PROTECTION, BEFORE_TRIGGERS = 0x100C, 0x160A


class PyModbus:
    """Reads through pymodbus."""

    def __init__(self, port):
        self.client = pymodbus.client.ModbusSerialClient(port, baudrate=115200, timeout=1, retries=0)
        if not self.client.connect():
            raise RuntimeError(f"pymodbus cannot open {port}")

    def read(self, register, count, address=ADDRESS):
        answer = self.client.read_holding_registers(register, count=count, device_id=address)
        if answer.isError():
            raise RuntimeError(f"pymodbus: 0x{register:04X}: {answer}")
        return answer.registers

    def refusal(self, register, count=1):
        """The exception code in answer to a read; None if it was answered."""
        answer = self.client.read_holding_registers(register, count=count, device_id=ADDRESS)
        return answer.exception_code if answer.isError() else None

    def write_refusal(self, register, value):
        answer = self.client.write_registers(register, [value], device_id=ADDRESS)
        return answer.exception_code if answer.isError() else None

    def is_silent(self, address):
        try:
            self.client.read_holding_registers(FIRST_CELL, count=1, device_id=address)
        except pymodbus.exceptions.ModbusIOException:
            return True
        return False

    def close(self):
        self.client.close()


class MinimalModbus:
    """Reads through minimalmodbus."""

    def __init__(self, port):
        self.instrument = minimalmodbus.Instrument(port, ADDRESS)
        self.instrument.serial.baudrate = 115200
        self.instrument.serial.timeout = 1

    def read(self, register, count, address=ADDRESS):
        self.instrument.address = address
        return self.instrument.read_registers(register, count)

    def refusal(self, register, count=1):
        return self._code(lambda: self.read(register, count))

    def write_refusal(self, register, value):
        self.instrument.address = ADDRESS
        return self._code(lambda: self.instrument.write_registers(register, [value]))

    @staticmethod
    def _code(question):
        """minimalmodbus tells the code in words only."""
        try:
            question()
        except minimalmodbus.IllegalRequestError as error:
            return 2 if "data address" in str(error) else str(error)
        return None

    def is_silent(self, address):
        try:
            self.read(FIRST_CELL, 1, address)
        except minimalmodbus.NoResponseError:
            return True
        return False

    def close(self):
        self.instrument.serial.close()


def pack(master, address=ADDRESS):
    """What a master sees of the pack."""
    cells = master.read(FIRST_CELL, 32, address)
    mask = master.read(CELL_MASK, 2, address)
    voltage = master.read(PACK_VOLTAGE, 2, address)
    current = master.read(CURRENT, 2, address)
    milliamps = current[0] << 16 | current[1]
    return {
        "cells": cells,
        "mask": mask[0] << 16 | mask[1],
        "pack_millivolts": voltage[0] << 16 | voltage[1],
        "milliamps": milliamps - (1 << 32) if milliamps >> 31 else milliamps,
        "soc": master.read(SOC, 1, address)[0] & 0xFF,
    }


def as_simulated(name, seen):
    cells = [cell for cell in seen["cells"] if cell]
    busbar.check(f"{name}: 16 cells, then none", len(cells) == 16 and not any(seen["cells"][16:]), cells)
    busbar.check(f"{name}: the cell mask agrees", seen["mask"] == 0xFFFF, hex(seen["mask"]))
    busbar.check(f"{name}: cell voltages", all(3250 <= cell <= 3400 for cell in cells))
    busbar.check(f"{name}: 0x1290 is the sum of the cells", abs(seen["pack_millivolts"] - sum(cells)) <= 16,
                 f"{seen['pack_millivolts']} mV")
    busbar.check(f"{name}: state of charge", 1 <= seen["soc"] <= 99, f"{seen['soc']} %")


def as_the_simulation_says(name, one, truth):
    """The same numbers as the simulation itself tells on its standard output."""
    away = abs(one["milliamps"] - truth["milliamps"])
    busbar.check(f"{name}: the current is the simulated one", away <= busbar.MILLIAMPS_OFF, f"{one['milliamps']} mA")
    away = abs(one["pack_millivolts"] - truth["millivolts"])
    busbar.check(f"{name}: the voltage is the simulated one", away <= 50, f"{one['pack_millivolts']} mV")
    busbar.check(f"{name}: the state of charge is the simulated one",
                 abs(one["soc"] * 10 - truth["soc_permille"]) <= 10, f"{one['soc']} %")


def refuses(name, master):
    busbar.check(f"{name}: the largest block the maker's tools read", len(master.read(FIRST_CELL, 0x40)) == 0x40)
    cells = master.read(FIRST_CELL, 4)
    for what, code in (("a register that is not there", master.refusal(NOT_THERE)),
                       ("an odd register, half of two", master.refusal(ODD)),
                       ("a read over the end of the block", master.refusal(LAST_OF_BLOCK, 2)),
                       ("a write to a protection threshold", master.write_refusal(OVER_VOLTAGE_PROTECTION, 0)),
                       ("a write beside the triggers", master.write_refusal(BEFORE_TRIGGERS, 1))):
        busbar.check(f"{name}: {what} is refused with code 2", code == 2, code)
    busbar.check(f"{name}: an address nobody has stays silent", master.is_silent(NOBODY))
    busbar.check(f"{name}: the pack answers after that", len(master.read(FIRST_CELL, 4)) == len(cells))


def masters_read_the_pack():
    """pymodbus and minimalmodbus read the simulated pack"""
    seen = {}
    with tempfile.TemporaryDirectory() as folder, busbar.simulated_bms(folder) as packs:
        for name, kind in (("pymodbus", PyModbus), ("minimalmodbus", MinimalModbus)):
            with contextlib.closing(kind(packs.path)) as master:
                seen[name] = pack(master)
                as_simulated(name, seen[name])
                as_the_simulation_says(name, seen[name], packs.truth()["packs"][0])
                refuses(name, master)
        bytes_on_the_wire(packs.path)
    one, other = seen.values()
    near = all(abs(a - b) <= 3 for a, b in zip(one["cells"], other["cells"], strict=True))
    busbar.check("both see the same cells, to 3 mV", near)
    busbar.check("both see the same voltage and charge", abs(one["pack_millivolts"] - other["pack_millivolts"]) <= 50
                 and abs(one["soc"] - other["soc"]) <= 1)


def bytes_on_the_wire(path):
    """Without any Modbus library: CRCs as they stand in the literature."""
    with serial.Serial(path, 115200, timeout=1) as port:
        for what, question, answer in (
                ("an exception", "01 03 30 00 00 01 8B 0A", "01 83 02 C0 F1"),
                ("nothing, to a wrong CRC", "01 03 12 00 00 01 00 00", ""),
                ("nothing, from an address nobody has", "05 03 12 00 00 01 80 F6", "")):
            port.write(bytes.fromhex(question))
            got = port.read(5)
            busbar.check(f"on the wire: {what}", got == bytes.fromhex(answer), got.hex(" "))
            time.sleep(0.2)


def packs_share_a_line():
    """Three packs on one line answer each for itself"""
    with tempfile.TemporaryDirectory() as folder, busbar.simulated_bms(folder, packs=3) as packs:
        with contextlib.closing(PyModbus(packs.path)) as master:
            seen = {address: pack(master, address) for address in (1, 2, 3)}
            for address, one in seen.items():
                as_simulated(f"pack {address}", one)
            for address, truth in zip(seen, packs.truth()["packs"], strict=True):
                as_the_simulation_says(f"pack {address}", seen[address], truth)
            wires = {address: tuple(master.read(0x124A, 16, address)) for address in seen}
            busbar.check("each answers with its own", len(set(wires.values())) == 3)
            busbar.check("a fourth is not there", master.is_silent(4))


busbar.main(masters_read_the_pack, packs_share_a_line)
