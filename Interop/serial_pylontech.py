"""python-pylontech reads a simulated battery that speaks Pylontech's protocol on a serial line, as it reads a US2000."""

import contextlib
import io
import tempfile

import pylontech
import serial

import busbar

PROFILE = "pylontech-lv-rs485"
ADDRESS, NOBODY = 2, 3
MILLIAMPS = -20_000

# Of the simulated pack: 16 cells of 280 Ah that may be charged and emptied within two hours.
CELLS, AMPERE_HOURS, CYCLES = 16, 280, 85
CHARGE_VOLTS, DISCHARGE_VOLTS, AMPERES = 55.2, 46.4, 140


@contextlib.contextmanager
def master(packs):
    """python-pylontech at the terminal of a simulated battery."""
    opened = pylontech.Pylontech(packs.path)
    # It waits for a line feed that no battery sends; half a second is enough for an answer.
    opened.s.timeout = 0.5
    try:
        yield opened
    finally:
        opened.s.close()


def battery(folder, *options):
    """A simulated battery at 80 %, with a current that stays."""
    return busbar.simulated_battery(folder, PROFILE, "--soc", "80", "--current", str(MILLIAMPS // 1000), *options)


def measured_values():
    """python-pylontech reads what the battery measures (42)"""
    with tempfile.TemporaryDirectory() as folder, battery(folder) as packs, master(packs) as reader:
        seen = reader.get_values_single(ADDRESS)
        pack = packs.truth()["packs"][0]
        cells = [round(cell * 1000) for cell in seen.CellVoltages]
        busbar.check("the module is the one that was asked", seen.NumberOfModule == ADDRESS, seen.NumberOfModule)
        busbar.check("16 cells", seen.NumberOfCells == CELLS == len(cells), cells)
        busbar.check("cell voltages", all(3_150 <= cell <= 3_450 for cell in cells))
        busbar.check("they sum up to the voltage", abs(sum(cells) - seen.Voltage * 1000) <= CELLS,
                     f"{sum(cells)} mV, {seen.Voltage} V")
        busbar.check("the voltage is the simulated one", abs(seen.Voltage * 1000 - pack["millivolts"]) <= 50,
                     f"{seen.Voltage} V")
        busbar.check("the current is the simulated one, below zero when it discharges",
                     abs(seen.Current * 1000 - MILLIAMPS) <= 100, f"{seen.Current} A")
        busbar.check("the capacity is in the long fields", seen.TotalCapacity == AMPERE_HOURS, seen.TotalCapacity)
        busbar.check("the state of charge is the simulated one",
                     abs(seen.StateOfCharge * 1000 - pack["soc_permille"]) <= 10, f"{seen.StateOfCharge:.3f}")
        busbar.check("cycles", seen.CycleNumber == CYCLES, seen.CycleNumber)
        degrees = [seen.AverageBMSTemperature, *seen.GroupedCellsTemperatures]
        busbar.check("temperatures", len(degrees) == 5 and all(10 <= one <= 40 for one in degrees), degrees)
        # Asked at address 2 for all modules (FF), as an inverter that counts its batteries does.
        seen = reader.get_values()
        busbar.check("asked for all modules, it is one", seen.NumberOfModules == 1 == len(seen.Module),
                     seen.NumberOfModules)
        busbar.check("which has the cells and the voltage of the bank",
                     seen.Module[0].NumberOfCells == CELLS
                     and abs(seen.Module[0].Voltage * 1000 - pack["millivolts"]) <= 50, f"{seen.Module[0].Voltage} V")


def management(reader):
    """The answer to 92; python-pylontech prints what it reads."""
    with contextlib.redirect_stdout(io.StringIO()):
        return reader.get_management_info(ADDRESS)


def limits():
    """python-pylontech reads the limits (92, 47), and that a protection takes them away"""
    with tempfile.TemporaryDirectory() as folder:
        with battery(folder) as packs, master(packs) as reader:
            seen = management(reader)
            busbar.check("charge voltage limit", seen.ChargeVoltageLimit == CHARGE_VOLTS, seen.ChargeVoltageLimit)
            busbar.check("discharge voltage limit", seen.DischargeVoltageLimit == DISCHARGE_VOLTS,
                         seen.DischargeVoltageLimit)
            busbar.check("charge current limit", seen.ChargeCurrentLimit == AMPERES, seen.ChargeCurrentLimit)
            busbar.check("discharge current limit, below zero as Pylontech sends it",
                         seen.DischargeCurrentLimit == -AMPERES, seen.DischargeCurrentLimit)
            busbar.check("charging and discharging are permitted, nothing is requested",
                         seen.status.ChargeEnable and seen.status.DischargeEnable and not seen.status.ShouldCharge)
            seen = reader.get_system_parameters(ADDRESS)
            busbar.check("the module's voltage limits", seen.ModuleHighVoltageLimit == CHARGE_VOLTS
                         and seen.ModuleLowVoltageLimit == DISCHARGE_VOLTS)
            busbar.check("the module's current limits", seen.ChargeCurrentLimit == AMPERES
                         and seen.DischargeCurrentLimit == -AMPERES)
        with battery(folder, "--alarm", "cell_over_voltage") as packs, master(packs) as reader:
            seen = management(reader)
            busbar.check("a protection: no current, and nothing is permitted",
                         seen.ChargeCurrentLimit == 0 and seen.DischargeCurrentLimit == 0
                         and not seen.status.ChargeEnable and not seen.status.DischargeEnable)


def who_answers():
    """Only the own address answers, and what the protocol does not have is refused"""
    with tempfile.TemporaryDirectory() as folder, battery(folder) as packs:
        with master(packs) as reader:
            found = reader.scan_for_batteries(ADDRESS - 1, NOBODY + 1)
            names = {address: name.rstrip("\0") for address, name in found.items()}
            busbar.check("a scan finds it at its own address, and nobody else", names == {ADDRESS: "Busbar"}, names)
            reader.send_cmd(ADDRESS, 0x99)
            busbar.check("an unknown command is refused with code 04", reader.read_frame().cid2 == b"\x04")
        with serial.Serial(packs.path, 115200, timeout=0.5) as port:
            port.write(b"~20024642E00202FD34\r")
            got = port.read(18)
            busbar.check("on the wire: nothing, to a wrong checksum", got == b"", got)
            port.write(b"~2002464FC0048520FCB2\r")
            got = port.read(18)
            busbar.check("on the wire: the version of the protocol, to a question as captured",
                         got == b"~200246000000FDB2\r", got)


busbar.main(measured_values, limits, who_answers)
