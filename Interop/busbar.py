"""How these scripts call the gateway, and how they report. Everything they assume about busbar's command lines, its
settings file and its JSON is in this file.

Only Python's standard library is used here: the job in the emulated CAN machine imports it too.
"""

import contextlib
import json
import os
import pathlib
import re
import signal
import struct
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = os.environ.get("BUSBAR", str(ROOT / ".build/release/busbar"))

# --- Command lines -------------------------------------------------------------------------------------------------


def simulate_bms(pty, packs=1, driver="jk-modbus", seconds=300):
    """Packs at the first addresses of one line; `pty` becomes a link to the terminal to open."""
    return [BINARY, "simulate", "bms", "--driver", driver, "--packs", str(packs), "--pty", str(pty),
            "--json", "--for", str(seconds)]


def simulate_inverter(interface, profile="pylontech-lv-can", seconds=300):
    return [BINARY, "simulate", "inverter", "--profile", profile, "--socketcan", interface, "--for", str(seconds)]


def simulate_inverter_at(pty, profile="pylontech-lv-can", seconds=300):
    """The same behind an adapter; `pty` becomes a link to its terminal."""
    return [BINARY, "simulate", "inverter", "--profile", profile, "--pty", str(pty), "--for", str(seconds)]


def simulate_battery(pty, profile, *options, seconds=300):
    """One pack that answers an inverter on a serial line; `pty` becomes a link to the terminal to open."""
    return [BINARY, "simulate", "battery", "--profile", profile, "--pty", str(pty), "--json", "--for", str(seconds),
            *options]


def run(settings):
    return [BINARY, "run", "--config", str(settings)]


def check_settings(settings):
    return [BINARY, "check", str(settings)]


def drivers():
    """Every driver that asks packs on a serial line, with its first address."""
    return [one for one in json.loads(call([BINARY, "drivers", "--json"])) if one["link"] == "serial" and "first_address" in one]


def scan(port):
    """What is found on a port, what is said about the line, and the configuration that is written for it."""
    scanned = subprocess.run([BINARY, "scan", "--json", str(port)], capture_output=True, text=True, timeout=280)
    found = json.loads(scanned.stdout)["ports"][0]
    packs = found["packs"]
    if not packs:
        return packs, found["findings"], ""
    text = call([BINARY, "scan", "--driver", packs[0]["driver"], str(port)])
    return packs, found["findings"], text[text.index("links:"):]


def write_scanned(folder, text, adapter):
    """A settings file of what `scan` wrote, with the inverter behind an adapter."""
    text = re.sub("socketcan: .*", f"slcan: {adapter}", text)
    path = pathlib.Path(folder) / "busbar.yaml"
    path.write_text(text + f"gateway:\n  socket: {folder}/busbar.sock\n  state: none\n  journal: none\n")
    return path


def dbc(profile, *options):
    """The profile as a DBC file."""
    return call([BINARY, "dbc", *options, profile])


def profiles():
    """Every profile on CAN with each of its dialects, as pairs of names."""
    listed = json.loads(call([BINARY, "profiles", "--json"]))
    return [(one["id"], dialect) for one in listed if one["link"].startswith("CAN") for dialect in one["dialects"]]


def nameless(profile):
    """Bits that are sent as zero and mean nothing, as (frame, name): `decode` shows what is there, DBC files lack them."""
    sheet = json.loads(call([BINARY, "profiles", "--json", profile]))
    return {(frame["identifier"], signal["name"]) for frame in sheet["frames"] for signal in frame["signals"]
            if signal["carries"] == "sent as zero"}


def samples(profile, dialect, count):
    """Frames of banks that chance has made up, with what they mean."""
    text = call([BINARY, "simulate", "battery", "--profile", profile, "--dialect", dialect, "--samples", str(count)])
    return [json.loads(line) for line in text.splitlines()]


class Decoded:
    """What `busbar decode --json` says about one frame: its signals as {name: value}; `unread` are the names of those
    that it says nothing about, because they are out of range or not there."""

    def __init__(self, record):
        self.frame = record["identifier"]
        self.identifier = int(self.frame, 16)
        self.is_extended = len(self.frame) == 8
        self.signals = {name: signal["value"] for name, signal in record.get("signals", {}).items()}
        errors = {error.split()[0] for error in record.get("errors", [])}
        self.unread = errors | set(record.get("unreported", []))


def decode(lines, profile="pylontech-lv-can", *options):
    """Decodes candump log lines, one `Decoded` for each."""
    command = [BINARY, "decode", "--json", "--profile", profile, *options, "-"]
    text = call(command, "".join(line + "\n" for line in lines))
    found = [Decoded(json.loads(line)) for line in text.splitlines()]
    if len(found) != len(lines):
        raise RuntimeError(f"busbar decode made {len(found)} frames of {len(lines)} lines")
    return found


def status(folder):
    """What the gateway whose settings are in `folder` says about itself."""
    return json.loads(status_text(folder, "--json"))


def status_text(folder, *options):
    """The same as a person sees it."""
    return call([BINARY, "status", *options, "--socket", f"{folder}/busbar.sock"], tries=3)


def write_settings(folder, packs_at, inverter, packs=1, profile="pylontech-lv-can"):
    """A settings file for `packs` JK packs on the line `packs_at`; `inverter` is its link, e.g. "socketcan: vcan0"."""
    lines = ["links:", "  battery:", f"    serial: {packs_at.path}", "    baud: 115200", "  inverter:", f"    {inverter}"]
    lines += ["packs:"]
    for address in range(1, packs + 1):
        lines += [f"  - name: P{address}", "    link: battery", "    driver: jk-modbus", f"    address: {address}",
                  "    cells: 16", "    capacity: 280 Ah", f"    charge_current: {PACK_AMPERES} A",
                  f"    discharge_current: {PACK_AMPERES} A"]
    lines += ["inverter:", "  link: inverter", f"  profile: {profile}"]
    # A steep ramp: the limits are what they will be within seconds.
    lines += ["limits:", f"  charge_current: {BANK_AMPERES} A", f"  discharge_current: {BANK_AMPERES} A",
              "  ramp: 100 A/s"]
    lines += ["gateway:", f"  socket: {folder}/busbar.sock", "  state: none", "  journal: none"]
    path = pathlib.Path(folder) / "busbar.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


# --- What a healthy simulated bank looks like ----------------------------------------------------------------------

PACK_AMPERES = 100
BANK_AMPERES = 50


def expected_frames(packs):
    """The payload of each Pylontech frame for a steady bank, as patterns over its hexadecimal digits; frames that
    cannot change (see CONSTANT) to the last digit.

    351: CVL 16 x 3.45 V = 55.2 V, CCL and DCL the bank's 50 A, DVL 16 x 2.90 V = 46.4 V. 355: SOC from 1 to 99 %, SOH
    100 %. 356: voltage, current, temperature. 359: no alarm, the number of packs, "PN". 35C: charging and discharging
    allowed. 35E: the maker's name.
    """
    return {
        0x351: "2802" "F401" "F401" "D001",
        0x355: "(?!00)[0-6][0-9A-F]00" "6400" "00000000",
        0x356: "[0-9A-F]{4}" "[0-9A-F]{4}" "[0-9A-F]{4}" "0000",
        0x359: "00000000" f"{packs:02X}" "504E" "00",
        0x35C: "C000000000000000",
        0x35E: "50594C4F4E202020",
    }


CONSTANT = (0x351, 0x359, 0x35C, 0x35E)


def measured(payload):
    """Voltage, current and temperature in a 356."""
    volts, amperes, degrees = struct.unpack_from("<hhh", bytes.fromhex(payload))
    return volts / 100, amperes / 10, degrees / 10


def is_as_simulated(payload, packs):
    """Whether a 356 tells the truth about the simulated packs: voltage, and the current that just flows."""
    volts, amperes, degrees = measured(payload)
    truth = packs.truth()
    mean = sum(pack["millivolts"] for pack in truth["packs"]) / len(truth["packs"])
    return abs(volts * 1000 - mean) <= 50 and abs(amperes * 1000 - truth["bank_milliamps"]) <= MILLIAMPS_OFF and (
        10 <= degrees <= 40)


# The simulated current rises by 0.6 A a second; what is compared may be three seconds apart.
MILLIAMPS_OFF = 2_000


# --- Processes -----------------------------------------------------------------------------------------------------


def call(command, text=None, tries=1):
    """What a command prints; one that may come too late on a busy machine has more tries than one."""
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60)
    if done.returncode != 0 and tries > 1:
        return call(command, text, tries - 1)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


@contextlib.contextmanager
def running(command, name):
    """Runs `command` while the block runs, and stops it politely; shows what it said if the block fails."""
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT)
        process.said = lambda: tail(said).decode(errors="replace")
        try:
            yield process
        except BaseException:
            print(f"--- {name} ({' '.join(command)}; ended: {process.poll()}) said:\n{process.said()[-4000:]}---")
            raise
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def tail(file, most=1 << 18):
    """The end of what was written to a file."""
    return os.pread(file.fileno(), most, max(0, os.fstat(file.fileno()).st_size - most))


class SimulatedPacks:
    """Simulated packs; `path` is the terminal at which they answer."""

    def __init__(self, path, process):
        self.path, self.process = str(path), process

    def truth(self):
        """What the simulation said last about its packs."""
        # The first line may be cut off, and the last may still be written.
        lines = [line for line in self.process.said().splitlines() if line.startswith('{"bank')]
        return json.loads([line for line in lines if line.endswith("}")][-1])


@contextlib.contextmanager
def simulated_bms(folder, packs=1):
    """Simulated packs for the time of the block."""
    link = pathlib.Path(folder) / "bms.pty"
    with simulated(link, simulate_bms(link, packs), "simulate bms") as packs:
        yield packs


@contextlib.contextmanager
def simulated_battery(folder, profile, *options):
    """A simulated pack that answers an inverter on a serial line, for the time of the block."""
    link = pathlib.Path(folder) / "battery.pty"
    with simulated(link, simulate_battery(link, profile, *options), "simulate battery") as packs:
        yield packs


@contextlib.contextmanager
def simulated(link, command, name):
    """What `command` simulates at `link`, for the time of the block."""
    with running(command, name) as process:
        wait(lambda: link.exists() or process.poll() is not None, 60, f"{link} appears")
        simulated = SimulatedPacks(link, process)
        wait(lambda: process.poll() is not None or "bank_milliamps" in process.said(), 60, "the packs are simulated")
        if process.poll() is not None:
            raise RuntimeError("the simulator ended at once")
        yield simulated


def wait(condition, seconds, what):
    """Waits until `condition` holds and returns its value; failing to is an error."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.02)
    raise TimeoutError(f"waited {seconds} s in vain until {what}")


# --- Report --------------------------------------------------------------------------------------------------------

failures = 0


def check(what, holds, detail=""):
    """One line per fact; Scripts/interop and Scripts/test-can count them."""
    global failures
    if not holds:
        failures += 1
    print(f"{'ok    ' if holds else 'FAILED'} {what}{f' ({detail})' if detail != '' else ''}", flush=True)
    return holds


def main(*parts):
    """Runs the parts of a script, one after the other; a part that raises has failed."""
    for part in parts:
        title = " ".join((part.__doc__ or part.__name__).split())
        try:
            part()
        except Exception as error:  # noqa: BLE001: whatever it was, the next part is still worth running
            check(title, False, f"{type(error).__name__}: {error}")
    sys.exit(1 if failures else 0)


def parse_log_line(line):
    """A candump -L line: (seconds, interface, identifier, payload in hexadecimal digits), or None."""
    match = re.match(r"\((\d+\.\d+)\)\s+(\S+)\s+([0-9A-Fa-f]+)#([0-9A-Fa-f]*)", line)
    if not match:
        return None
    return float(match[1]), match[2], int(match[3], 16), match[4].upper()
