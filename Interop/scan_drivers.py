"""The way of somebody with a new battery, for every driver at once: `busbar scan` finds a simulated pack on a terminal
and writes a configuration, `busbar check` accepts it, `busbar run` lets current flow with it, and when the pack stops
answering both limits are 0 within the time in which a pack is lost, and the status names the pack.

Nothing foreign is needed for it; it is here because it runs the program itself, and not its parts."""

import concurrent.futures
import pathlib
import signal
import subprocess
import tempfile
import time

import busbar

# `lost` of the gateway, one tick, and a machine that is busy.
ZERO_WITHIN = 10 + 0.1 + 0.9


class Walk:
    """One driver, from the scan to the loss of its pack."""

    def __init__(self, sheet, folder):
        self.id, self.address, self.folder = sheet["id"], sheet["first_address"], pathlib.Path(folder)
        self.facts = []

    def note(self, what, holds, detail=""):
        self.facts.append((f"{self.id}: {what}", bool(holds), detail))
        return holds

    def walk(self):
        line, adapter = self.folder / "line", self.folder / "adapter"
        packs = busbar.simulate_bms(line, 1, self.id) + ["--address", str(self.address)]
        with busbar.simulated(line, packs, f"simulate bms of {self.id}") as pack:
            settings = self.scan(line, pack.truth()["packs"][0], adapter)
            if settings is None:
                return self.facts
            with busbar.running(busbar.simulate_inverter_at(adapter), "simulate inverter"):
                busbar.wait(adapter.exists, 60, "the inverter is simulated")
                checked = subprocess.run(busbar.check_settings(settings), capture_output=True, text=True)
                self.note("the configuration is accepted", checked.returncode == 0, checked.stderr.strip()[:200])
                with busbar.running(busbar.run(settings), f"busbar run of {self.id}"):
                    busbar.wait((self.folder / "busbar.sock").exists, 60, "the gateway answers")
                    self.operate(pack)
        return self.facts

    def scan(self, line, truth, adapter):
        """The settings file with what the scan found; only what is marked CHANGE is changed."""
        found, findings, text = busbar.scan(line)
        one = found[0] if len(found) == 1 else {}
        self.note("the scan finds it", (one.get("driver"), one.get("address")) == (self.id, self.address),
                  [(pack["driver"], pack["address"]) for pack in found] + findings)
        if not one:
            return None
        near = abs((one["soc_permille"] or -100) - truth["soc_permille"]) <= 15
        self.note("cells and charge are what is simulated", one["cells"] == 16 and near,
                  f"{one['cells']} cells, {one['soc_permille']} ‰ of {truth['soc_permille']}")
        return busbar.write_scanned(self.folder, text, adapter)

    def operate(self, pack):
        try:
            busbar.wait(lambda: self.limits() and min(self.limits()) > 0, 45, "current may flow")
        except TimeoutError:
            state = busbar.status(self.folder)
            return self.note("current may flow", False, (state["bank"]["state"], state["bank"]["ccl"]["reason"]))
        state = busbar.status(self.folder)
        ccl, dcl = self.limits()
        self.note("current may flow", state["bank"]["state"] == "running", f"CCL {ccl} A, DCL {dcl} A")
        pack.process.send_signal(signal.SIGSTOP)
        try:
            took = self.fall()
            self.note("both limits fall to 0 when it is silent", took <= ZERO_WITHIN, f"after {took:.1f} s")
            state = busbar.status(self.folder)
            lost = [(one["name"], one["freshness"]) for one in state["packs"]]
            text = busbar.status_text(self.folder)
            self.note("the status names the pack", lost == [("A", "lost")] and "pack lost (pack A)" in text, lost)
        finally:
            pack.process.send_signal(signal.SIGCONT)

    def fall(self):
        """Seconds until the inverter is told that no current may flow, and why is known."""
        begin = time.monotonic()
        while self.limits() != (0, 0) or busbar.status(self.folder)["packs"][0]["freshness"] != "lost":
            if time.monotonic() - begin > 2 * ZERO_WITHIN:
                break
            time.sleep(0.1)
        return time.monotonic() - begin

    def limits(self):
        """CCL and DCL as the inverter is told."""
        told = (busbar.status(self.folder).get("inverters") or [{}])[0]
        return (told["toldCCL"], told["toldDCL"]) if told.get("toldCCL") is not None else None


def every_driver():
    """Every driver, from the scan to the loss of its pack"""
    sheets = busbar.drivers()
    with tempfile.TemporaryDirectory() as root, concurrent.futures.ThreadPoolExecutor(len(sheets)) as pool:
        walks = []
        for sheet in sheets:
            folder = pathlib.Path(root) / sheet["id"]
            folder.mkdir()
            walks.append(pool.submit(Walk(sheet, folder).walk))
        for sheet, walk in zip(sheets, walks, strict=True):
            try:
                facts = walk.result()
            except Exception as error:  # noqa: BLE001: the other drivers are still worth telling
                facts = [(f"{sheet['id']}: the way to its end", False, f"{type(error).__name__}: {error}")]
            for fact in facts:
                busbar.check(*fact)


busbar.main(every_driver)
