"""mpp-solar reads a simulated JK board that speaks the protocol of its GPS port (4E 57), as its jkserial does.

It counts bytes instead of reading tags, so what it makes of an answer also proves that every tag stands where a real board has
it. It knows packs of up to sixteen cells.
"""

import tempfile

import mppsolar.protocols.jkserial
import serial

import busbar
import reported


def ask(packs):
    """The answer to a read of everything, decoded: {name: number}."""
    protocol = mppsolar.protocols.jkserial.jkserial()
    with serial.Serial(packs.path, 115_200, timeout=0.3) as port:
        port.write(protocol.get_full_command("getBalancerData"))
        answer = port.read(512)
    decoded = protocol.decode(answer, "getBalancerData")
    return {name: value[0] for name, value in decoded.items() if not name.startswith("_")}


def measured_values():
    """mpp-solar reads what the board measures"""
    with tempfile.TemporaryDirectory() as folder, reported.packs(folder, "jk-4e57") as packs:
        seen, reading = packs.read(lambda: ask(packs))
    reading.check("voltage, current, state of charge, charge turned over", {
        "pack_voltage": (seen["Battery_Voltage"], 0.01), "current": (seen["Battery_Current"], 0.01),
        "soc": (seen["Percent_Remain"], 1), "cycles": (seen["Cycle_Count"], 1),
        "throughput": (seen["Total_capacity"], 1), "design_capacity": (seen["Capacity Setting"], 1)})
    reading.check("cells", reported.cells([seen[f"Voltage_Cell{number:02}"] for number in range(1, 17)]))
    reading.check("temperatures", {"mosfet_temperature": (seen["MOS_Temp"], 1), **reported.temperatures(
        [seen["Battery_T1"], seen["Battery_T2"]], 1)})
    reading.check("switches and balancer", {
        "charge_enabled": (seen["Charge Enabled"], 1), "discharge_enabled": (seen["Discharge Enabled"], 1),
        "balancer_enabled": (seen["Balancer Active"], 1)})
    busbar.check("no warning", seen["Battery Warning Message"] == "0000", seen["Battery Warning Message"])


# Bits of the warnings (tag 8B) as the maker's protocol has them.
WARNINGS = [("mosfet_over_temperature", 0x0002), ("discharge_over_current", 0x0040), ("imbalance", 0x0080),
            ("cell_over_voltage", 0x0400), ("cell_under_voltage", 0x0800)]


def warnings():
    """mpp-solar reads warnings"""
    for alarm, wanted in WARNINGS:
        with tempfile.TemporaryDirectory() as folder, reported.packs(folder, "jk-4e57", "--alarm", alarm) as packs:
            seen = ask(packs)["Battery Warning Message"]
        busbar.check(alarm, int(seen, 16) == wanted, seen)


busbar.main(measured_values, warnings)
