"""The gateway on the kernel's CAN: runs inside the emulated machine (Scripts/test-can), as root, with vcan0 and with
can0 and can1, two controllers on one bus. Frames are watched by candump, another program's eye.

Times are those of a software-emulated machine: each beat may be 100 ms off, the mean must be right.
"""

import contextlib
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import adapters  # noqa: E402: found through the line above
import busbar  # noqa: E402

PACKS = 3
FRAMES = busbar.expected_frames(PACKS)


def ip(*words):
    subprocess.run(["ip", *words], check=True)


class Candump:
    """The frames seen on one interface so far: (seconds, identifier, payload)."""

    def __init__(self, path):
        self.path = path

    def frames(self, since=0.0, identifier=None):
        parsed = (busbar.parse_log_line(line) for line in self.path.read_text().splitlines(keepends=True)
                  if line.endswith("\n"))
        return [(at, number, payload) for at, _, number, payload in filter(None, parsed)
                if at >= since and identifier in (None, number)]


@contextlib.contextmanager
def candump(folder, interface):
    path = pathlib.Path(folder) / f"{interface}.log"
    with path.open("w") as log:
        process = subprocess.Popen(["candump", "-L", interface], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        yield Candump(path)
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def plant(listener, link, inverter=None):
    """Batteries, gateway on `link`, a simulated inverter on the interface `inverter`, and candump on `listener`."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        seen = stack.enter_context(candump(folder, listener))
        packs = stack.enter_context(busbar.simulated_bms(folder, PACKS))
        if inverter:
            stack.enter_context(busbar.running(busbar.simulate_inverter(inverter), "simulate inverter"))
        settings = busbar.write_settings(folder, packs, link, PACKS)
        gateway = stack.enter_context(busbar.running(busbar.run(settings), "run"))
        gateway.folder, gateway.packs = folder, packs
        yield seen, gateway


def is_steady(seen):
    """Whether every frame has come as expected and the limits have stood still for five beats."""
    limits = [payload for _, _, payload in seen.frames(identifier=0x351)][-5:]
    latest = {number: payload for _, number, payload in seen.frames()}
    return len(limits) == 5 and len(set(limits)) == 1 and all(
        re.fullmatch(pattern, latest.get(number, "")) for number, pattern in FRAMES.items())


def resumes(seen, since, what):
    """Checks that frames come again within 5 s of `since`."""
    try:
        busbar.wait(lambda: seen.frames(since, 0x351), 10, what)
        late = seen.frames(since, 0x351)[0][0] - since
    except TimeoutError:
        late = 10
    busbar.check(what, late <= 5, f"{late:.2f} s" if late < 10 else "not at all")


def period(seen, since, number):
    """The mean distance of frames and how far the worst is from a second."""
    times = [at for at, _, _ in seen.frames(since, number)]
    gaps = [later - earlier for earlier, later in zip(times, times[1:])] or [0]
    return sum(gaps) / len(gaps), max(abs(gap - 1) for gap in gaps)


def is_even(mean, worst):
    return abs(mean - 1) <= 0.02 and worst <= 0.1


def beats(seen, seconds=12, windows=5):
    """Since when the frames have come evenly, and for how long.

    A host that has no time for the emulator stops the emulated clock's owner, not the clock: such a window says nothing
    about the gateway, and the next one is looked at.
    """
    for _ in range(windows):
        start = time.time()
        time.sleep(seconds)
        if all(is_even(*period(seen, start, number)) for number in FRAMES):
            break
        print("a window of uneven beats; looking at the next")
    return start, seconds


def check_beats(seen, since, seconds):
    for number in FRAMES:
        count = len(seen.frames(since, number))
        if not busbar.check(f"{number:X} came for {seconds} s", count >= seconds - 1, count):
            continue
        mean, worst = period(seen, since, number)
        busbar.check(f"{number:X} has a period of 1 s", is_even(mean, worst),
                     f"mean {mean:.4f} s, worst beat {worst * 1000:.1f} ms off")


def check_payloads(seen, since, packs):
    for number, pattern in FRAMES.items():
        payloads = sorted({payload for _, _, payload in seen.frames(since, number)})
        busbar.check(f"{number:X} says what the bank is",
                     payloads and all(re.fullmatch(pattern, payload) for payload in payloads), " ".join(payloads))
        if number in busbar.CONSTANT:
            busbar.check(f"{number:X} stands still", len(payloads) == 1, len(payloads))
    latest = seen.frames(since, 0x356)[-1][2]
    busbar.check("356 tells what is simulated", busbar.is_as_simulated(latest, packs), busbar.measured(latest))


def check_decoders(seen):
    """`busbar decode --json` reads candump's own lines, and finds in them what stands in the status."""
    lines = [line for line in seen.path.read_text().splitlines() if busbar.parse_log_line(line)]
    found = busbar.decode(lines)
    busbar.check("busbar decode reads every line of candump", len(found) == len(lines) and not any(
        one.unread for one in found), len(lines))
    limits = [one.signals for one in found if one.identifier == 0x351][-1]
    busbar.check("busbar decode finds the limits", limits == {
        "charge_voltage_limit": 55.2, "charge_current_limit": busbar.BANK_AMPERES,
        "discharge_current_limit": busbar.BANK_AMPERES, "discharge_voltage_limit": 46.4}, limits)


def on_vcan():
    """Identifiers, period and payloads on vcan0; a reported bus-off"""
    with plant("vcan0", "socketcan: vcan0", inverter="vcan0") as (seen, gateway):
        busbar.wait(lambda: is_steady(seen), 90, f"the bank is steady; last seen {seen.frames()[-8:]}")
        start, seconds = beats(seen)
        check_beats(seen, start, seconds)
        check_payloads(seen, start, gateway.packs)
        check_decoders(seen)
        busbar.check("the inverter's 305 is on the bus", seen.frames(start, 0x305))
        strangers = {f"{number:X}" for _, number, _ in seen.frames(start)} - {f"{n:X}" for n in (*FRAMES, 0x305)}
        busbar.check("nobody says anything else", not strangers, " ".join(sorted(strangers)))

        # vcan has no controller that could go bus-off, but it carries the report of one.
        subprocess.run(["cansend", "vcan0", "20000040#0000000000000000"], check=True)
        busbar.check("a reported bus-off is named", says(gateway, "BUS-OFF"), gateway.said()[-200:])
        busbar.check("it is over when the inverter is heard", says(gateway, "on the bus again"), gateway.said()[-200:])
        link = link_status(gateway)
        busbar.check("it is counted", link["counters"].get("bus_off") == 1 and not link["isBusOff"], link)
        resumes(seen, time.time() + 0.1, "frames go on after a reported bus-off")
        busbar.check("the gateway runs on", gateway.poll() is None)


def on_controllers():
    """Two controllers on one bus; the interface goes down and comes up"""
    with plant("can1", "socketcan: can0", inverter="can1") as (seen, gateway):
        busbar.wait(lambda: {number for _, number, _ in seen.frames()} >= {*FRAMES, 0x305}, 60,
                    "can1 sees every frame that can0 sends")
        busbar.check("the second controller hears every frame of the first", True)
        for seconds in (2, 15):
            goes_down(seen, gateway, seconds)


def goes_down(seen, gateway, seconds):
    ip("link", "set", "can0", "down")
    time.sleep(1)
    quiet = time.time()
    time.sleep(seconds - 1)
    busbar.check(f"nothing is sent while the interface is down for {seconds} s", not seen.frames(quiet, 0x351))
    link = link_status(gateway)
    busbar.check("the status says that the interface is down",
                 link["state"] != "open" and "Network is down" in link.get("lastError", ""), link)
    ip("link", "set", "can0", "up")
    resumes(seen, time.time(), "frames resume after the interface came up")
    busbar.check("the gateway runs on", gateway.poll() is None)


def link_status(gateway):
    """What the gateway says about its link to the inverter."""
    return next(link for link in busbar.status(gateway.folder)["links"] if link["name"] == "inverter")


def on_bus_off():
    """A real bus-off: the kernel takes the controller off the bus, an operator puts it back"""
    # The emulated Kvaser never goes bus-off, and vcan has no controller. The kernel's own SLCAN driver can: the
    # adapter says 'sb' and two error counters, and the interface is BUS-OFF and without a carrier until restarted.
    with adapters.bus() as wire:
        daemon = subprocess.Popen(["slcand", "-F", "-o", "-s6", wire.left.path.removeprefix("/dev/"), "slcan0"],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            busbar.wait(lambda: pathlib.Path("/sys/class/net/slcan0").exists(), 10, "slcand makes slcan0")
            ip("link", "set", "slcan0", "txqueuelen", "100", "up")
            go_bus_off(wire.left)
        finally:
            daemon.terminate()
            daemon.wait()


def go_bus_off(adapter):
    with plant("slcan0", "socketcan: slcan0") as (_, gateway):
        busbar.wait(lambda: sent(adapter), 60, "the adapter is given frames")
        adapter.say(b"sb255255\r")
        state = busbar.wait(lambda: "BUS-OFF" in link_state("slcan0"), 5, "the kernel calls it BUS-OFF")
        busbar.check("slcan0 is BUS-OFF", state)
        busbar.check("the gateway names the bus-off", says(gateway, "BUS-OFF"), gateway.said()[-200:])
        busbar.check("the status shows it", link_status(gateway)["isBusOff"] and
                     "BUS-OFF" in busbar.status_text(gateway.folder), link_status(gateway))
        time.sleep(2)
        before, unsent = len(sent(adapter)), busbar.status(gateway.folder)["inverters"][0]["framesUnsent"]
        time.sleep(2)
        busbar.check("nothing reaches the bus meanwhile", len(sent(adapter)) == before)
        more = busbar.status(gateway.folder)["inverters"][0]["framesUnsent"] - unsent
        busbar.check("the gateway knows that its frames are lost", more > 0, more)
        ip("link", "set", "slcan0", "down")
        ip("link", "set", "slcan0", "up")
        start = time.monotonic()
        with contextlib.suppress(TimeoutError):
            busbar.wait(lambda: len(sent(adapter)) > before, 10, "frames resume")
        late = time.monotonic() - start
        busbar.check("frames resume after the restart", late <= 5, f"{late:.2f} s")
        busbar.check("the status shows no bus-off any more", not link_status(gateway)["isBusOff"])
        busbar.check("the gateway runs on", gateway.poll() is None)


def sent(adapter):
    return [line for line in adapter.frames if line.startswith(b"t351")]


def link_state(interface):
    return subprocess.run(["ip", "-d", "link", "show", interface], capture_output=True, text=True).stdout


def says(process, pattern):
    """Whether the process prints something within 5 s."""
    with contextlib.suppress(TimeoutError):
        return busbar.wait(lambda: re.search(pattern, process.said(), re.IGNORECASE) is not None, 5, "it says so")
    return False


busbar.main(on_vcan, on_controllers, on_bus_off)
