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


# PCAN traces of the versions that python-can reads and does not write: their head, and the line of a frame.
TRACES = {
    "1.0": ([";####"], "{n:6d}) {ms:9.0f} {id} {dlc} {data}"),
    "1.1": ([], "{n:6d}) {ms:11.1f} {way} {id:>8} {dlc} {data}"),
    "1.3": ([], "{n:6d}) {ms:13.3f} 1 {way} {id:>8} - {dlc} {data}"),
    "2.0": ([";$COLUMNS=N,O,T,I,d,l,D"], "{n:7d} {ms:13.3f} DT {id:>8} {way} {dlc} {data}"),
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


def trace(version, wanted):
    head, line = TRACES[version]
    origin = wanted[0].timestamp
    start = [] if version == "1.0" else [f";$FILEVERSION={version}", ";$STARTTIME=45983.416666666664"]
    lines = [
        line.format(
            n=number + 1, ms=(m.timestamp - origin) * 1e3, way="Rx" if m.is_rx else "Tx",
            id=f"{m.arbitration_id:0{8 if m.is_extended_id else 4}X}", dlc=m.dlc, data=m.data.hex(" ").upper())
        for number, m in enumerate(wanted)]
    return "\n".join(start + head + [";"] + lines) + "\n"


def traces():
    for version in TRACES:
        with tempfile.TemporaryDirectory() as folder:
            file, plain = pathlib.Path(folder, "a.trc"), pathlib.Path(folder, "plain.log")
            file.write_text(trace(version, list(messages(version, False))))
            keeps = set() if version == "1.0" else {"direction"}
            expected = keys(can.TRCReader(file), keeps)
            convert("--to", "candump", file, plain)
            found = first_difference(keys(can.CanutilsLogReader(plain), keeps), expected)
            busbar.check(f"trc {version}: busbar convert reads what python-can reads", not found and len(expected) == FRAMES,
                         found or len(expected))


def everything():
    both_ways()
    traces()


busbar.main(everything)
