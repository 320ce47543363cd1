"""Compares what a foreign reader makes of a simulated BMS with what the BMS was told to report.

The numbers are those of `busbar simulate bms --json`, in its names and units. A reader takes some time, and the packs go
on meanwhile: a value has to lie between what was reported before and after, give or take half a step of its scale.
"""

import contextlib
import pathlib

import busbar


class Reading:
    """What a pack reported before and after somebody read it."""

    def __init__(self, before, after):
        self.both = (flat(before), flat(after))
        self.alarms = after.get("alarms", {})

    def differences(self, seen):
        """What is wrong with `seen`, one sentence for each value; `seen` is {name: (value, step)}."""
        found = []
        for name, (value, step) in seen.items():
            low, high = sorted(one[name] for one in self.both) if name in self.both[0] else (None, None)
            if low is None:
                found.append(f"{name} is {value}, and is not reported")
            elif value is None:
                found.append(f"{name} is missing, not {low}")
            elif not low - step / 2 - TINY <= value <= high + step / 2 + TINY:
                found.append(f"{name} is {value}, not {low if low == high else f'{low} to {high}'} (step {step})")
        return found

    def check(self, what, seen):
        """One line for what a reader has seen at once."""
        found = self.differences(seen)
        busbar.check(what, not found and seen, "; ".join(found) or f"{len(seen)} values")


TINY = 1e-6


def flat(reports):
    """Everything a pack reports as {name: number}: cells are cell_1, cell_2, ..."""
    numbers = {name: float(one["value"]) for name, one in reports["values"].items()}
    for number, volts in enumerate(reports["cell_volts"], 1):
        numbers[f"cell_{number}"] = volts
    return numbers


def cells(volts, step=0.001):
    """Cell voltages as a reader lists them, to be checked with the rest."""
    return {f"cell_{number}": (volt, step) for number, volt in enumerate(volts, 1)}


def temperatures(degrees, step):
    """The same for cell sensors."""
    return {f"temperature_{number}": (degree, step) for number, degree in enumerate(degrees, 1)}


class Packs:
    """Simulated packs; `path` is the terminal at which they answer."""

    def __init__(self, simulated):
        self.path, self._simulated = simulated.path, simulated

    def reports(self, index=0):
        """What pack `index` reported last."""
        return self._simulated.truth()["packs"][index]["reports"]

    def read(self, question, index=0):
        """Does `question` and returns its answer with the `Reading` around it."""
        before = self.reports(index)
        answer = question()
        # Its clock runs: what is said a second later is not the same.
        busbar.wait(lambda: self.reports(index) != before, 10, "the simulation speaks again")
        return answer, Reading(before, self.reports(index))


@contextlib.contextmanager
def packs(folder, driver, *options, count=1):
    """Simulated packs of a driver for the time of the block, at 80 % and with a current that stays."""
    link = pathlib.Path(folder) / f"{driver}.pty"
    command = busbar.simulate_bms(link, count, driver) + ["--soc", "80", "--current", str(AMPERES), *options]
    with busbar.simulated(link, command, f"simulate bms --driver {driver}") as simulated:
        busbar.wait(lambda: abs(simulated.truth()["bank_milliamps"] - AMPERES * 1000) <= 1, 10, "the current flows")
        yield Packs(simulated)


# What sun and loads want of the packs: more than a byte of tenths, and discharging, so that a wrong sign shows.
AMPERES = -37
