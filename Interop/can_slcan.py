"""The gateway and python-can, each with a serial CAN adapter on the same bus: python-can hears what the gateway tells
an inverter, and answers as an inverter does."""

import re
import tempfile
import time

import can

import adapters
import busbar


def gateway_speaks_slcan():
    """python-can receives the gateway's frames over SLCAN"""
    with tempfile.TemporaryDirectory() as folder, adapters.bus() as wire, busbar.simulated_bms(folder) as serial:
        settings = busbar.write_settings(folder, serial, f"slcan: {wire.left.path}")
        with can.Bus(interface="slcan", channel=wire.right.path, bitrate=500_000, sleep_after_open=0) as bus:
            with busbar.running(busbar.run(settings), "run") as gateway:
                listen(bus)
                commands = wire.left.commands
                busbar.check("the gateway opened its adapter at 500 kbit/s",
                             b"S6" in commands and wire.left.is_open, commands)
                busbar.check("the gateway runs on", gateway.poll() is None)
            busbar.check("the gateway ends in peace", gateway.returncode == 0, gateway.returncode)
            busbar.wait(lambda: not wire.left.is_open, 5, "the gateway's adapter is closed")
            busbar.check("the gateway closed its adapter", True)


def listen(bus, patience=60, beats=6):
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
    period = (times[-1] - times[0]) / (len(times) - 1) if len(times) > 1 else 0
    busbar.check("351 comes once a second", abs(period - 1) < 0.02, f"{period:.4f} s over {len(times)} frames")


def settled(latest, patterns):
    return all(re.fullmatch(pattern, latest.get(identifier, "")) for identifier, pattern in patterns.items())


busbar.main(gateway_speaks_slcan)
