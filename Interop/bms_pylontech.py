"""python-pylontech reads simulated modules that speak Pylontech's protocol as a BMS does, each for itself.

serial_pylontech.py is the other half: the same reader against a bank that speaks the protocol to an inverter.
"""

import contextlib
import io
import tempfile

import pylontech

import busbar
import reported

FIRST, SECOND, NOBODY = 2, 3, 4


@contextlib.contextmanager
def reader(packs):
    opened = pylontech.Pylontech(packs.path)
    # It waits for a line feed that no battery sends; half a second is enough for an answer.
    opened.s.timeout = 0.5
    try:
        yield opened
    finally:
        opened.s.close()


def measured_values():
    """python-pylontech reads what each module measures (42)"""
    with tempfile.TemporaryDirectory() as folder, reported.packs(folder, "pylontech", count=2) as packs:
        with reader(packs) as bms:
            for index, address in enumerate((FIRST, SECOND)):
                seen, reading = packs.read(lambda: bms.get_values_single(address), index)
                busbar.check(f"module {address} is the one that was asked", seen.NumberOfModule == address)
                reading.check(f"module {address}: voltage, current, capacities, cycles", {
                    "pack_voltage": (seen.Voltage, 0.001), "current": (seen.Current, 0.1),
                    "remaining_capacity": (seen.RemainingCapacity, 0.001),
                    "full_capacity": (seen.TotalCapacity, 0.001), "cycles": (seen.CycleNumber, 1)})
                reading.check(f"module {address}: cells", reported.cells(seen.CellVoltages))
                # Behind the board's: four of the cells and, as on some modules, one of the MOSFETs.
                *cells, mosfet = seen.GroupedCellsTemperatures
                busbar.check(f"module {address}: six sensors", len(cells) == 4, len(cells) + 2)
                reading.check(f"module {address}: temperatures", {
                    **reported.temperatures(cells, 0.1), "mosfet_temperature": (mosfet, 0.1)})


def management(bms, address):
    """The answer to 92; python-pylontech prints what it reads."""
    with contextlib.redirect_stdout(io.StringIO()):
        return bms.get_management_info(address)


def limits_and_settings():
    """python-pylontech reads limits (92), settings (47) and serial numbers (93)"""
    with tempfile.TemporaryDirectory() as folder, reported.packs(folder, "pylontech", count=2) as packs:
        with reader(packs) as bms:
            seen, reading = packs.read(lambda: management(bms, FIRST))
            reading.check("limits; that of discharging is below zero, as Pylontech sends it", {
                "charge_voltage_limit": (seen.ChargeVoltageLimit, 0.001),
                "charge_current_limit": (seen.ChargeCurrentLimit, 0.1),
                "discharge_current_limit": (-seen.DischargeCurrentLimit, 0.1),
                "charge_enabled": (seen.status.ChargeEnable, 1), "discharge_enabled": (seen.status.DischargeEnable, 1)})
            busbar.check("nothing is requested", not seen.status.ShouldCharge)
            seen, reading = packs.read(lambda: bms.get_system_parameters(FIRST))
            reading.check("protections", {
                "cell_over_voltage": (seen.CellHighVoltageLimit, 0.001),
                "cell_under_voltage": (seen.CellUnderVoltageLimit, 0.001),
                "charge_over_temperature": (seen.ChargeHighTemperatureLimit, 0.1),
                "charge_under_temperature": (seen.ChargeLowTemperatureLimit, 0.1),
                "discharge_over_temperature": (seen.DischargeHighTemperatureLimit, 0.1)})
            found = {address: name.rstrip("\0") for address, name in bms.scan_for_batteries(1, NOBODY + 1).items()}
            wanted = {address: packs.reports(index)["identity"]["serial"] for index, address in enumerate((FIRST, SECOND))}
            busbar.check("a scan finds both at their addresses, and nobody else", found == wanted, found)


busbar.main(measured_values, limits_and_settings)
