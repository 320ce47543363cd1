"""bmstools reads a simulated JBD board at a serial line, as its own window does (03, 04, 05)."""

import contextlib
import tempfile

import bmstools.jbd.jbd
import serial

import busbar
import reported


@contextlib.contextmanager
def reader(packs):
    """It opens the port for each question."""
    port = serial.Serial()
    port.port, port.baudrate = packs.path, 9600
    yield bmstools.jbd.jbd.JBD(port)


def measured_values():
    """bmstools reads what the board measures"""
    with tempfile.TemporaryDirectory() as folder, reported.packs(folder, "jbd") as packs, reader(packs) as bms:
        basic, reading = packs.read(bms.readBasicInfo)
        reading.check("voltage, current, capacities, cycles", {
            "pack_voltage": (basic["pack_mv"] / 1000, 0.01), "current": (basic["pack_ma"] / 1000, 0.01),
            "remaining_capacity": (basic["cur_cap"] / 1000, 0.01),
            "full_capacity": (basic["full_cap"] / 1000, 0.01), "cycles": (basic["cycle_cnt"], 1)})
        reading.check("state of charge, number of cells, switches", {
            "soc": (basic["cap_pct"], 1), "configured_cells": (basic["cell_cnt"], 1),
            "charge_switch": (basic["chg_fet_en"], 1), "discharge_switch": (basic["dsg_fet_en"], 1)})
        busbar.check("number of sensors", basic["ntc_cnt"] == 4, basic["ntc_cnt"])
        reading.check("temperatures", reported.temperatures([basic[f"ntc{number}"] for number in range(4)], 0.1))
        busbar.check("no fault", basic["fault_raw"] == 0, basic["fault_raw"])
        seen, reading = packs.read(bms.readCellInfo)
        reading.check("cells", reported.cells([seen[f"cell{number}_mv"] / 1000 for number in range(16)]))
        name = bms.readDeviceInfo()["device_name"]
        busbar.check("model", name == packs.reports()["identity"]["model"], name)


FAULTS = [
    ("cell_over_voltage", {"covp"}), ("cell_under_voltage", {"cuvp"}), ("pack_over_voltage", {"povp"}),
    ("pack_under_voltage", {"puvp"}), ("charge_over_temperature", {"chgot"}), ("charge_under_temperature", {"chgut"}),
    ("discharge_over_temperature", {"dsgot"}), ("discharge_under_temperature", {"dsgut"}),
    ("charge_over_current", {"chgoc"}), ("discharge_over_current", {"dsgoc"}), ("discharge_short_circuit", {"sc"}),
    ("internal_communication", {"afe"}),
]


def faults():
    """bmstools reads every protection by its name"""
    wanted = {f"{name}_err" for _, names in FAULTS for name in names}
    for alarm, names in FAULTS:
        with tempfile.TemporaryDirectory() as folder, reported.packs(folder, "jbd", "--alarm", alarm) as packs:
            with reader(packs) as bms:
                basic = bms.readBasicInfo()
        seen = {name.removesuffix("_err") for name in wanted if basic[name]}
        busbar.check(alarm, seen == names, ", ".join(sorted(seen)))


busbar.main(measured_values, faults)
