"""cantools reads the DBC file of a profile and finds in every frame what `busbar decode --json` finds: in the
gateway's own, and in random ones. In those of every profile it finds what the battery meant."""

import collections
import random
import tempfile
import time

import can
import cantools

import adapters
import busbar

PROFILE = "pylontech-lv-can"

# Some makers send the discharge limit with a minus; `busbar decode` says what is meant.
EITHER_SIGN = {"discharge_current_limit"}
# Some put the cells of this frame the other way round; `busbar decode` puts them right.
EITHER_ORDER = {0x370}


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


def difference(base, line, decoded, nameless, near={}):
    """What the two decoders do not agree on; a name stands for a signal that only one of them knows."""
    payload = bytes.fromhex(busbar.parse_log_line(line)[3])
    message = base.get_message_by_frame_id(decoded.identifier, force_extended_id=decoded.is_extended)
    theirs = message.decode(payload, decode_choices=False)
    different = {name: (decoded.signals.get(name), theirs.get(name))
                 for name in theirs.keys() ^ (decoded.signals.keys() | decoded.unread)
                 if (decoded.frame, name) not in nameless}
    for signal in message.signals:
        ours, said = decoded.signals.get(signal.name), theirs[signal.name]
        if signal.name in EITHER_SIGN:
            said = abs(said)
        if ours is not None and not is_same(ours, said, signal.length, near.get(signal.unit, 0)):
            different[signal.name] = (ours, said)
    return different


def is_same(ours, theirs, bits, near):
    if isinstance(ours, str):
        return ours == text(theirs)
    if isinstance(ours, bool) and bits == 2:
        return ours == (theirs == 1)  # a pair: 1 is raised, 2 is not
    return abs(float(ours) - float(theirs)) < near + 1e-6


def text(number):
    """A DBC file has no texts: they are numbers of up to 64 bits, first character lowest."""
    return int(number).to_bytes(8, "little").decode("ascii").rstrip("\0 ")


def compare(base, lines):
    """One fact for each identifier: all frames of it, all their signals."""
    found, nameless = {}, busbar.nameless(PROFILE)
    for line, decoded in zip(lines, busbar.decode(lines, PROFILE), strict=True):
        frames, signals, unread, differences = found.setdefault(decoded.identifier, [0, 0, 0, []])
        different = difference(base, line, decoded, nameless)
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
        has_text = any("ASCII" in (signal.comment or "") for signal in message.signals)
        if message.length == 8 and message.signals and not has_text and message.frame_id not in EITHER_ORDER:
            # Few bits set as often as many: values in range and out of it.
            for _ in range(100):
                payload = bytes(chance.choice((0, 0, 1, chance.randrange(256))) for _ in range(8))
                lines.append(f"(0.000000) can0 {message.frame_id:03X}#{payload.hex().upper()}")
    compare(base, lines)


# --- Every profile -------------------------------------------------------------------------------------------------

BANKS = 60
# `busbar decode` rounds to the units of the model: half of the smallest step.
HALF_STEPS = {"V": 0.0005, "A": 0.0005, "Ah": 0.0005, "kWh": 0.0005, "%": 0.05, "degC": 0.05}
# A limit is never said higher than it was meant; the discharge voltage never lower.
NEVER_ABOVE, NEVER_BELOW = {"cvl", "ccl", "dcl"}, {"dvl"}


def fault(signal, value, name, bank):
    """What is wrong with what cantools reads in a signal, measured by what the bank was meant to say.

    The comments of the DBC file say what each signal carries; `name` is the choice for the value, if it has any.
    """
    carries = signal.comment or ""
    level, _, kinds = carries.partition(": ")
    if level in bank["alarms"]:
        stands = not set(kinds.split(", ")).isdisjoint(bank["alarms"][level])
        return None if name == ("raised" if stands else "not raised") else f"{name}, meant {stands}"
    if carries.startswith("set by other makers"):
        return None if value == 0 else "is never sent"
    if carries.startswith("always "):
        return None if value == int(carries.removeprefix("always "), 16) else f"{value:#x} is not {carries}"
    if carries.startswith("name of the maker"):
        return None if text(value) == bank["maker"][:signal.length // 8] else text(value)
    if carries.startswith("shown only"):
        return None  # zero, or the code for "not available": compared with `busbar decode` alone
    if carries == "voltage over number of cells":
        return number_fault(signal, value, name, carries, bank["numbers"]["voltage"] / bank["numbers"]["cells"])
    if carries not in bank["numbers"]:
        return f"carries {carries!r}, which nobody knows"
    return number_fault(signal, value, name, carries, bank["numbers"][carries])


def number_fault(signal, value, name, field, meant):
    if name is not None:
        return None if name == ("on" if meant else "off") else f"{name}, meant {meant}"
    if signal.minimum is not None:  # otherwise the range is open
        meant = min(max(meant, signal.minimum), signal.maximum)
    if abs(value - meant) > abs(signal.scale) + 1e-6:
        return f"{value}, meant {meant}"
    if field in NEVER_ABOVE and value > meant + 1e-6 or field in NEVER_BELOW and value < meant - 1e-6:
        return f"{value} is on the wrong side of {meant}"
    return None


def read_as_meant(base, banks):
    """How many signals of each frame cantools reads, and what it does not read as it was meant."""
    counts, faults = collections.Counter(), []
    for bank in banks:
        for frame in bank["frames"]:
            is_extended = len(frame["identifier"]) == 8
            message = base.get_message_by_frame_id(int(frame["identifier"], 16), force_extended_id=is_extended)
            if message.is_extended_frame != is_extended:
                faults.append((message.name, "the identifier has the wrong width"))
            payload = bytes.fromhex(frame["bytes"])
            values = message.decode(payload, decode_choices=False)
            names = message.decode(payload, decode_choices=True)
            counts[message.name] += len(values)
            for signal in message.signals:
                name = str(names[signal.name]) if signal.choices else None
                if found := fault(signal, values[signal.name], name, bank):
                    faults.append((message.name, signal.name, found))
    return counts, faults


def every_profile():
    """cantools reads in the frames of every profile and dialect what the bank was meant to say"""
    for profile, dialect in busbar.profiles():
        title = f"{profile} {dialect}"
        base, short = (cantools.database.load_string(busbar.dbc(profile, "--dialect", dialect, *option), "dbc", strict=True)
                       for option in ([], ["--unpadded"]))
        busbar.check(f"{title}: cantools loads the file, and that of frames that are not filled up",
                     {one.frame_id for one in base.messages} == {one.frame_id for one in short.messages},
                     len(base.messages))
        banks = busbar.samples(profile, dialect, BANKS)
        counts, faults = read_as_meant(base, banks)
        signals = sum(counts.values())
        busbar.check(f"{title}: cantools reads what was meant", not faults and counts,
                     faults[:3] or f"{signals} signals in {len(counts)} kinds of frame")
        withheld = {name for bank in banks for name in bank["withheld"]}
        # What only others send has no cycle; what inverters send beside their sign of life has none either.
        sent = {message.name for message in base.messages if message.cycle_time}
        busbar.check(f"{title}: every frame that is sent was among them", sent <= counts.keys() and not withheld,
                     withheld or sent - counts.keys() or len(counts))
        lines = [f"(0.000000) can0 {frame['identifier']}#{frame['bytes']}" for bank in banks for frame in bank["frames"]]
        decoded, nameless = busbar.decode(lines, profile, "--dialect", dialect), busbar.nameless(profile)
        different = [(line, found) for line, one in zip(lines, decoded, strict=True)
                     if (found := difference(base, line, one, nameless, HALF_STEPS))]
        busbar.check(f"{title}: both decoders agree", not different, different[:1] or len(lines))


busbar.main(decoders_agree_on_the_gateway, decoders_agree_on_anything, every_profile)
