"""dalybms reads a simulated board that speaks Daly's older protocol (A5), as it reads one at a serial adapter.

It asks board 1 only. The simulated board stays silent to 97: nobody has seen which bit there is which cell.
"""

import contextlib
import tempfile

import dalybms

import busbar
import reported


@contextlib.contextmanager
def reader(packs):
    opened = dalybms.DalyBMS()
    opened.connect(packs.path)
    try:
        yield opened
    finally:
        opened.disconnect()


def measured_values():
    """dalybms reads what the board measures (90 to 96)"""
    with tempfile.TemporaryDirectory() as folder, reported.packs(folder, "daly") as packs, reader(packs) as bms:
        soc, reading = packs.read(bms.get_soc)
        # Its current is above zero when the pack discharges.
        reading.check("voltage, current and state of charge", {
            "pack_voltage": (soc["total_voltage"], 0.1), "current": (-soc["current"], 0.1),
            "soc": (soc["soc_percent"], 0.1)})
        cells, reading = packs.read(bms.get_cell_voltages)
        reading.check("cells, over six frames", reported.cells(cells.values()))
        degrees, reading = packs.read(bms.get_temperatures)
        reading.check("temperatures", reported.temperatures(degrees.values(), 1))
        seen, reading = packs.read(bms.get_cell_voltage_range)
        reading.check("the cells furthest apart", {
            "highest_cell": (seen["highest_voltage"], 0.001), "highest_cell_number": (seen["highest_cell"], 1),
            "lowest_cell": (seen["lowest_voltage"], 0.001), "lowest_cell_number": (seen["lowest_cell"], 1)})
        seen, reading = packs.read(bms.get_temperature_range)
        reading.check("the sensors furthest apart", {
            f"temperature_{seen['highest_sensor']}": (seen["highest_temperature"], 1),
            f"temperature_{seen['lowest_sensor']}": (seen["lowest_temperature"], 1)})
        status, reading = packs.read(bms.get_mosfet_status)
        busbar.check("it discharges", status["mode"] == "discharging", status["mode"])
        reading.check("switches and charge left", {
            "charge_switch": (status["charging_mosfet"], 1), "discharge_switch": (status["discharging_mosfet"], 1),
            "remaining_capacity": (status["capacity_ah"], 0.001)})
        status, reading = packs.read(bms.get_status)
        busbar.check("number of sensors", status["temperature_sensors"] == 4, status["temperature_sensors"])
        reading.check("number of cells, and cycles", {
            "configured_cells": (status["cells"], 1), "cycles": (status["cycles"], 1)})
        busbar.check("no failure", bms.get_errors() == [])


# The first four texts of dalybms for byte 0 are garbled, so its bits are told by those behind them.
FAILURES = [
    (("--alarm", "pack_over_voltage"), {"Total voltage is too high Level two alarm"}),
    (("--warning", "pack_under_voltage"), {"Total voltage is too low One alarm"}),
    (("--alarm", "charge_under_temperature"), {"Charging temperature's too low. Level two alarm"}),
    (("--warning", "discharge_over_temperature"), {"Discharge temperature is too high. One alarm"}),
    (("--alarm", "discharge_over_current"), {"Discharge overcurrent, level two alarm"}),
    (("--warning", "charge_over_current"), {"Charge over current. Level one alarm"}),
    (("--alarm", "cell_over_voltage", "--warning", "imbalance"),
     {"one stage warning of unit over voltage", "Excessive differential pressure level one alarm"}),
]


def failures():
    """dalybms reads failures (98) by their names"""
    for options, wanted in FAILURES:
        with tempfile.TemporaryDirectory() as folder, reported.packs(folder, "daly", *options) as packs:
            with reader(packs) as bms:
                seen = set(bms.get_errors())
        busbar.check(" ".join(options), seen == wanted, "; ".join(sorted(seen)))


busbar.main(measured_values, failures)
