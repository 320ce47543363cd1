"""pymodbus and minimalmodbus, as masters, read a simulated JK pack. Register numbers of this BMS are byte addresses:
the register after 0x1290 (pack voltage, 32 bits) is 0x1294."""

import contextlib
import tempfile

import minimalmodbus
import pymodbus.client

import busbar

ADDRESS = 1
FIRST_CELL, CELL_MASK, PACK_VOLTAGE, CURRENT, SOC = 0x1200, 0x1240, 0x1290, 0x1298, 0x12A6


class PyModbus:
    """Reads through pymodbus."""

    def __init__(self, port):
        self.client = pymodbus.client.ModbusSerialClient(port, baudrate=115200, timeout=1, retries=2)
        if not self.client.connect():
            raise RuntimeError(f"pymodbus cannot open {port}")

    def read(self, register, count):
        answer = self.client.read_holding_registers(register, count=count, device_id=ADDRESS)
        if answer.isError():
            raise RuntimeError(f"pymodbus: 0x{register:04X}: {answer}")
        return answer.registers

    def refused(self, register):
        answer = self.client.read_holding_registers(register, count=1, device_id=ADDRESS)
        return answer.isError() and getattr(answer, "exception_code", None) == 2

    def close(self):
        self.client.close()


class MinimalModbus:
    """Reads through minimalmodbus."""

    def __init__(self, port):
        self.instrument = minimalmodbus.Instrument(port, ADDRESS)
        self.instrument.serial.baudrate = 115200
        self.instrument.serial.timeout = 1

    def read(self, register, count):
        return self.instrument.read_registers(register, count)

    def refused(self, register):
        try:
            self.instrument.read_registers(register, 1)
        except minimalmodbus.IllegalRequestError:
            return True
        return False

    def close(self):
        self.instrument.serial.close()


def pack(master):
    """What a master sees of the pack."""
    cells = master.read(FIRST_CELL, 32)
    mask = master.read(CELL_MASK, 2)
    voltage = master.read(PACK_VOLTAGE, 2)
    current = master.read(CURRENT, 2)
    milliamps = current[0] << 16 | current[1]
    return {
        "cells": [cell for cell in cells if cell],
        "mask": mask[0] << 16 | mask[1],
        "pack_millivolts": voltage[0] << 16 | voltage[1],
        "milliamps": milliamps - (1 << 32) if milliamps >> 31 else milliamps,
        "soc": master.read(SOC, 1)[0] & 0xFF,
    }


def plausible(name, seen):
    start = busbar.START
    low, high = start["cell_millivolts"]
    busbar.check(f"{name}: {start['cells']} cells", len(seen["cells"]) == start["cells"], seen["cells"])
    busbar.check(f"{name}: the cell mask agrees", seen["mask"] == (1 << start["cells"]) - 1, hex(seen["mask"]))
    busbar.check(f"{name}: cell voltages", all(low <= cell <= high for cell in seen["cells"]))
    busbar.check(f"{name}: 0x1290 is the sum of the cells", abs(seen["pack_millivolts"] - sum(seen["cells"])) <= 100,
                 f"{seen['pack_millivolts']} mV")
    busbar.check(f"{name}: current", abs(seen["milliamps"]) <= 200_000, f"{seen['milliamps']} mA")
    soc = start["soc"]
    busbar.check(f"{name}: state of charge", seen["soc"] <= 100 if soc is None else seen["soc"] == soc, f"{seen['soc']} %")


def masters_read_the_pack():
    """pymodbus and minimalmodbus read the simulated pack"""
    seen = {}
    with tempfile.TemporaryDirectory() as folder, busbar.simulated_bms(folder) as link:
        for name, kind in (("pymodbus", PyModbus), ("minimalmodbus", MinimalModbus)):
            with contextlib.closing(kind(str(link))) as master:
                seen[name] = pack(master)
                plausible(name, seen[name])
                busbar.check(f"{name}: the largest block the maker's tools read",
                             len(master.read(FIRST_CELL, 0x40)) == 0x40)
                busbar.check(f"{name}: a register that is not there is refused with code 2", master.refused(0x3000))
    one, other = seen.values()
    busbar.check("both see the same pack", abs(one["pack_millivolts"] - other["pack_millivolts"]) <= 200
                 and abs(one["soc"] - other["soc"]) <= 1)


busbar.main(masters_read_the_pack)
