"""cantools reads the DBC file of a profile and finds in the gateway's own frames what `busbar decode` finds."""

import re
import tempfile
import time

import can
import cantools

import adapters
import busbar

PROFILE = "pylontech-lv-can"


def capture(seconds=15):
    """Log lines of what the gateway sends, taken from its SLCAN link."""
    lines = []
    with tempfile.TemporaryDirectory() as folder, adapters.bus() as wire, busbar.simulated_bms(folder) as serial:
        settings = busbar.write_settings(folder, serial, f"slcan: {wire.left.path}", profile=PROFILE)
        with can.Bus(interface="slcan", channel=wire.right.path, bitrate=500_000, sleep_after_open=0) as bus:
            with busbar.running(busbar.run(settings), "run"):
                busbar.wait(lambda: bus.recv(1), 60, "the gateway sends a frame")
                end = time.monotonic() + seconds
                while (left := end - time.monotonic()) > 0:
                    if message := bus.recv(left):
                        payload = message.data.hex().upper()
                        lines.append(f"({time.time():.6f}) slcan0 {message.arbitration_id:03X}#{payload}")
    return lines


def database_loads():
    """cantools loads the DBC file"""
    text = busbar.dbc(PROFILE)
    database = cantools.database.load_string(text, "dbc", strict=True)
    identifiers = {message.frame_id for message in database.messages}
    for identifier in busbar.expected_frames(1):
        busbar.check(f"the DBC file has {identifier:X}", identifier in identifiers)
    return database


def plain(name):
    """Names differ in what each format allows: only letters and digits count."""
    return re.sub("[^a-z0-9]", "", name.lower())


def same_meaning(database, line, identifier, values):
    payload = bytes.fromhex(busbar.parse_log_line(line)[3])
    theirs = database.decode_message(identifier, payload, decode_choices=False, allow_truncated=True)
    theirs = {plain(name): value for name, value in theirs.items()}
    shared = {name: value for name, value in values.items() if plain(name) in theirs}
    different = {name: (value, theirs[plain(name)]) for name, value in shared.items()
                 if abs(float(value) - float(theirs[plain(name)])) > 1e-6}
    return len(shared), different


def decoders_agree():
    """cantools and busbar decode agree on what the gateway sent"""
    database = database_loads()
    lines = capture()
    busbar.check("the gateway sent frames", len(lines) >= 12, len(lines))
    compared = {}
    for line in lines:
        for identifier, values in busbar.decode([line], PROFILE) if line not in compared else []:
            compared[line] = (identifier, *same_meaning(database, line, identifier, values))
    for identifier in (0x351, 0x355, 0x356):
        of_this = [entry for entry in compared.values() if entry[0] == identifier]
        signals = sum(entry[1] for entry in of_this)
        different = [entry[2] for entry in of_this if entry[2]]
        busbar.check(f"{identifier:X}: both decoders agree", signals > 0 and not different,
                     different[0] if different else f"{signals} signals in {len(of_this)} frames")


busbar.main(decoders_agree)
