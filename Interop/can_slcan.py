"""The gateway and python-can, each with a serial CAN adapter on the same bus: python-can hears what the gateway tells
an inverter, and answers as an inverter does."""

import re
import struct
import tempfile
import time

import can

import adapters
import busbar


def gateway_speaks_slcan():
    """python-can receives the gateway's frames over SLCAN"""
    with tempfile.TemporaryDirectory() as folder, adapters.bus() as wire, busbar.simulated_bms(folder) as packs:
        settings = busbar.write_settings(folder, packs, f"slcan: {wire.left.path}")
        with can.Bus(interface="slcan", channel=wire.right.path, bitrate=500_000, sleep_after_open=0) as bus:
            with busbar.running(busbar.run(settings), "run") as gateway:
                latest = listen(bus, packs)
                compare(latest, busbar.status(folder))
                commands = wire.left.commands
                busbar.check("the gateway opened its adapter at 500 kbit/s",
                             b"S6" in commands and wire.left.is_open, commands)
                busbar.check("the gateway runs on", gateway.poll() is None)
            busbar.check("the gateway ends in peace", gateway.returncode == 0, gateway.returncode)
            busbar.wait(lambda: not wire.left.is_open, 5, "the gateway's adapter is closed")
            busbar.check("the gateway closed its adapter", True)


def listen(bus, packs, patience=60, beats=6):
    """Until every frame has come as expected and the limits have come some more times."""
    patterns = busbar.expected_frames(packs=1)
    latest, times = {}, []
    end = time.monotonic() + patience
    while time.monotonic() < end and not (settled(latest, patterns) and len(times) >= beats):
        message = bus.recv(1)
        if message is None or message.arbitration_id not in patterns:
            continue
        latest[message.arbitration_id] = message.data.hex().upper()
        if message.arbitration_id == 0x351:
            times.append(time.monotonic())
            bus.send(can.Message(arbitration_id=0x305, data=bytes(8), is_extended_id=False))
    for identifier, pattern in patterns.items():
        payload = latest.get(identifier)
        busbar.check(f"python-can received {identifier:X} as expected",
                     payload is not None and re.fullmatch(pattern, payload), payload)
    if payload := latest.get(0x356):
        busbar.check("356 tells what is simulated", busbar.is_as_simulated(payload, packs), busbar.measured(payload))
    period = (times[-1] - times[0]) / (len(times) - 1) if len(times) > 1 else 0
    busbar.check("351 comes once a second", abs(period - 1) < 0.02, f"{period:.4f} s over {len(times)} frames")
    return latest


def by_hand(latest):
    """The frames as the Pylontech paper describes them, read without any of the gateway's code."""
    volts, amperes, degrees = busbar.measured(latest[0x356])
    cvl, ccl, dcl, dvl = struct.unpack("<HhhH", bytes.fromhex(latest[0x351]))
    soc, soh = struct.unpack_from("<HH", bytes.fromhex(latest[0x355]))
    flags = bytes.fromhex(latest[0x35C])[0]
    return {
        "charge_voltage_limit": cvl / 10, "charge_current_limit": ccl / 10, "discharge_current_limit": dcl / 10,
        "discharge_voltage_limit": dvl / 10, "soc": soc, "soh": soh, "voltage": volts, "current": amperes,
        "temperature": degrees, "module_count": bytes.fromhex(latest[0x359])[4],
        "charge_enable": bool(flags & 0x80), "discharge_enable": bool(flags & 0x40),
        "request_force_charge_1": bool(flags & 0x20), "request_force_charge_2": bool(flags & 0x10),
        "request_full_charge": bool(flags & 0x08), "name": bytes.fromhex(latest[0x35E]).decode().strip(),
    }


def compare(latest, status):
    """Frames as they came, `busbar decode --json` and `busbar status --json` say the same."""
    ours = {}
    for decoded in busbar.decode([f"can0 {identifier:03X}#{payload}" for identifier, payload in latest.items()]):
        ours |= decoded.signals
        busbar.check(f"busbar decode reads all of {decoded.identifier:X}", not decoded.unread, decoded.unread or "")
    theirs = by_hand(latest)
    for name, value in theirs.items():
        busbar.check(f"busbar decode: {name}", ours.get(name) == value, f"{ours.get(name)}, by hand {value}")
    raised = [name for name, value in ours.items() if name not in theirs and value is True]
    busbar.check("no alarm is raised", not raised, raised or "")
    bank, within = status["bank"], {"voltage": 0.05, "current": 1.5, "temperature": 0.1, "soc": 1}
    for name, near in within.items():
        value = bank["values"][name]["value"]
        busbar.check(f"busbar status: {name}", abs(value - theirs[name]) <= near, f"{value}, on the bus {theirs[name]}")
    for name, field in (("cvl", "charge_voltage_limit"), ("ccl", "charge_current_limit"),
                        ("dcl", "discharge_current_limit"), ("dvl", "discharge_voltage_limit")):
        value = bank[name]["value"]
        busbar.check(f"busbar status: {name}", value == theirs[field], f"{value}, on the bus {theirs[field]}")
    busbar.check("busbar status: the inverter is heard", not status["inverters"][0]["isSilent"])


def settled(latest, patterns):
    return all(re.fullmatch(pattern, latest.get(identifier, "")) for identifier, pattern in patterns.items())


busbar.main(gateway_speaks_slcan)
