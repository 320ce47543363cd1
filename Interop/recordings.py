"""python-can reads what `busbar convert` writes, and `busbar convert` reads what python-can writes, file by file: the
same frames, times and directions."""

import pathlib
import random
import subprocess
import tempfile

import can

import busbar

FRAMES = 2_000
# What python-can has a reader and a writer for, with what the format keeps.
FORMATS = {
    "log": {"direction"}, "blf": {"direction", "remote"}, "asc": {"direction", "remote"},
    "trc": {"direction"}, "csv": {"remote"},
}


def messages(seed, has_remote):
    chance = random.Random(seed)
    time = 1_763_805_600.0
    for _ in range(FRAMES):
        time += chance.randrange(1, 50_000) / 1e6
        is_extended = chance.random() < 0.4
        is_remote = has_remote and chance.random() < 0.05
        length = chance.randrange(9)
        yield can.Message(
            timestamp=round(time, 6), arbitration_id=chance.randrange(1 << (29 if is_extended else 11)),
            is_extended_id=is_extended, is_remote_frame=is_remote, dlc=length, channel=0, is_rx=chance.random() < 0.5,
            data=b"" if is_remote else bytes(chance.randrange(256) for _ in range(length)))


def key(message, keeps, origin):
    """What must be the same; times to the microsecond, from the first frame on."""
    direction = message.is_rx if "direction" in keeps else None
    return (round((message.timestamp - origin) * 1e6), message.arbitration_id, message.is_extended_id,
            message.is_remote_frame, message.dlc, bytes(message.data), direction)


def keys(found, keeps):
    found = list(found)
    return [key(message, keeps, found[0].timestamp) for message in found]


def first_difference(ours, theirs):
    if len(ours) != len(theirs):
        return f"{len(ours)} frames instead of {len(theirs)}"
    return next(((a, b) for a, b in zip(ours, theirs) if a != b), None)


def reader(path):
    return can.CSVReader(path) if path.suffix == ".csv" else can.LogReader(path)


def convert(*words):
    done = subprocess.run([busbar.BINARY, "convert", *map(str, words)], capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)


def both_ways():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for ending, keeps in FORMATS.items():
            wanted = list(messages(ending, "remote" in keeps))
            theirs, ours, plain = folder / f"theirs.{ending}", folder / f"ours.{ending}", folder / f"plain-{ending}.log"
            with can.Logger(theirs) as log:
                for message in wanted:
                    log(message)
            expected = keys(wanted, keeps)
            busbar.check(f"{ending}: python-can reads its own file as it was meant",
                         not first_difference(keys(reader(theirs), keeps), expected), len(expected))
            convert("--to", "candump", theirs, plain)
            found = first_difference(keys(can.CanutilsLogReader(plain), keeps), expected)
            busbar.check(f"{ending}: busbar convert reads python-can's file", not found, found or len(expected))
            convert("--to", {"csv": "python-can", "log": "candump", "trc": "pcan"}.get(ending, ending), plain, ours)
            found = first_difference(keys(reader(ours), keeps), expected)
            busbar.check(f"{ending}: python-can reads the file of busbar convert", not found, found or len(expected))


busbar.main(both_ways)
