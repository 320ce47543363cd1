"""cantools reads the DBC file of a profile and finds in every frame what `busbar decode --json` finds: in the
gateway's own, and in random ones."""

import random
import tempfile
import time

import can
import cantools

import adapters
import busbar

PROFILE = "pylontech-lv-can"

# Places without an agreed meaning: `busbar decode` shows what stands there, the DBC file leaves them out.
UNNAMED = {"reserved_or_soc_hires", "max_temperature_id", "min_temperature_id", "modules_blocking_charge",
           "modules_blocking_discharge"}
# Some makers send the discharge limit with a minus; `busbar decode` says what is meant.
EITHER_SIGN = {"discharge_current_limit"}


def capture(seconds=8):
    """Log lines of what the gateway sends, taken from its SLCAN link."""
    lines = []
    with tempfile.TemporaryDirectory() as folder, adapters.bus() as wire, busbar.simulated_bms(folder) as packs:
        settings = busbar.write_settings(folder, packs, f"slcan: {wire.left.path}", profile=PROFILE)
        with can.Bus(interface="slcan", channel=wire.right.path, bitrate=500_000, sleep_after_open=0) as bus:
            with busbar.running(busbar.run(settings), "run"):
                busbar.wait(lambda: bus.recv(1), 60, "the gateway sends a frame")
                end = time.monotonic() + seconds
                while (left := end - time.monotonic()) > 0:
                    if message := bus.recv(left):
                        payload = message.data.hex().upper()
                        lines.append(f"({time.time():.6f}) slcan0 {message.arbitration_id:03X}#{payload}")
    return lines


def database():
    loaded = cantools.database.load_string(busbar.dbc(PROFILE), "dbc", strict=True)
    identifiers = {message.frame_id for message in loaded.messages}
    missing = {f"{identifier:X}" for identifier in busbar.expected_frames(1)} - {f"{one:X}" for one in identifiers}
    busbar.check("the DBC file has every frame", not missing, missing or len(identifiers))
    return loaded


def difference(base, line, decoded):
    """What the two decoders do not agree on; a name stands for a signal that only one of them knows."""
    payload = bytes.fromhex(busbar.parse_log_line(line)[3])
    message = base.get_message_by_frame_id(decoded.identifier)
    theirs = {signal.name: value for signal, value in zip(
        message.signals, map(message.decode(payload, decode_choices=False).get, (s.name for s in message.signals)))}
    different = {name: (decoded.signals.get(name), theirs.get(name))
                 for name in theirs.keys() ^ (decoded.signals.keys() | decoded.unread) - UNNAMED}
    for name, value in decoded.signals.items():
        if name in theirs and not is_same(value, abs(theirs[name]) if name in EITHER_SIGN else theirs[name]):
            different[name] = (value, theirs[name])
    return different


def is_same(ours, theirs):
    if isinstance(ours, str):
        # A DBC file has no texts: the name is a number of 64 bits, first character lowest.
        return ours == int(theirs).to_bytes(8, "little").decode("ascii").strip()
    return abs(float(ours) - float(theirs)) < 1e-6


def compare(base, lines):
    """One fact for each identifier: all frames of it, all their signals."""
    found = {}
    for line, decoded in zip(lines, busbar.decode(lines, PROFILE), strict=True):
        frames, signals, unread, differences = found.setdefault(decoded.identifier, [0, 0, 0, []])
        different = difference(base, line, decoded)
        found[decoded.identifier] = [frames + 1, signals + len(decoded.signals), unread + len(decoded.unread),
                                     differences + ([(line, different)] if different else [])]
    for identifier, (frames, signals, unread, different) in sorted(found.items()):
        busbar.check(f"{identifier:X}: both decoders agree", not different,
                     different[0] if different else f"{signals} signals in {frames} frames, {unread} out of range")
    return found


def decoders_agree_on_the_gateway():
    """cantools and busbar decode agree on what the gateway sent"""
    lines = capture()
    found = compare(database(), lines)
    busbar.check("the gateway sent every frame", found.keys() >= busbar.expected_frames(1).keys(), len(lines))


def decoders_agree_on_anything():
    """cantools and busbar decode agree on random frames"""
    base, chance = database(), random.Random(351)
    lines = []
    for message in base.messages:
        if message.length == 8 and message.signals and message.frame_id != 0x35E:
            # Few bits set as often as many: values in range and out of it.
            for _ in range(100):
                payload = bytes(chance.choice((0, 0, 1, chance.randrange(256))) for _ in range(8))
                lines.append(f"(0.000000) can0 {message.frame_id:03X}#{payload.hex().upper()}")
    compare(base, lines)


busbar.main(decoders_agree_on_the_gateway, decoders_agree_on_anything)
