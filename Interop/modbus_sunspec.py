"""pysunspec2 finds the SunSpec models of a simulated battery by itself and reads them, as energy managers do; pymodbus
reads the same registers and is refused where nothing can be read or written."""

import contextlib
import tempfile

import pymodbus.client
import pymodbus.exceptions
import sunspec2.modbus.client

import busbar

PROFILE = "sunspec-battery"
ADDRESS, NOBODY = 1, 5
MARKER, BATTERY, BEHIND = 40_000, 40_070, 40_300
MILLIAMPS = -20_000
# OVER_VOLT_ALARM of model 802.
OVER_VOLTAGE = 1 << 9


def battery(folder, *options):
    """A simulated battery at 80 %, with a current that stays."""
    return busbar.simulated_battery(folder, PROFILE, "--soc", "80", "--current", str(MILLIAMPS // 1000), *options)


@contextlib.contextmanager
def models(packs):
    """The models that pysunspec2 finds, each read once, by number."""
    device = sunspec2.modbus.client.SunSpecModbusClientDeviceRTU(
        slave_id=ADDRESS, name=packs.path, baudrate=9600, timeout=2)
    try:
        device.scan()
        found = {number: device.models[number][0] for number in device.models if isinstance(number, int)}
        for model in found.values():
            model.read()
        yield found
    finally:
        device.close()


def models_are_found():
    """pysunspec2 scans the battery and reads what it says"""
    with tempfile.TemporaryDirectory() as folder, battery(folder) as packs, models(packs) as found:
        busbar.check("the models are 1, 802, 803 and 713", sorted(found) == [1, 713, 802, 803], sorted(found))
        busbar.check("the maker", found[1].Mn.cvalue == "Busbar", found[1].Mn.cvalue)
        pack, base = packs.truth()["packs"][0], found[802]
        busbar.check("the voltage is the simulated one", abs(base.V.cvalue * 1000 - pack["millivolts"]) <= 50,
                     base.V.cvalue)
        busbar.check("the current is the simulated one, above zero when it discharges",
                     abs(base.A.cvalue * 1000 + MILLIAMPS) <= 100, base.A.cvalue)
        for number, soc in (("802", base.SoC), ("713", found[713].SoC)):
            busbar.check(f"{number}: the state of charge is the simulated one",
                         abs(soc.cvalue * 10 - pack["soc_permille"]) <= 10, soc.cvalue)
        busbar.check("the capacity", base.AHRtg.cvalue == 280, base.AHRtg.cvalue)
        busbar.check("charge and discharge voltage", (base.VMax.cvalue, base.VMin.cvalue) == (55.2, 46.4))
        busbar.check("charge and discharge current", base.AChaMax.cvalue == base.ADisChaMax.cvalue == 140)
        busbar.check("cells", 3.15 <= base.CellVMin.cvalue <= base.CellVMax.cvalue <= 3.45,
                     (base.CellVMin.cvalue, base.CellVMax.cvalue))
        temperatures = (found[803].ModTmpMin.cvalue, found[803].ModTmpMax.cvalue)
        busbar.check("temperatures", all(10 <= one <= 40 for one in temperatures), temperatures)
        busbar.check("no event stands", base.Evt1.cvalue == 0, base.Evt1.cvalue)


def protection_is_heard():
    """A protection takes the currents away, and is an event"""
    with tempfile.TemporaryDirectory() as folder:
        with battery(folder, "--alarm", "cell_over_voltage") as packs, models(packs) as found:
            base = found[802]
            busbar.check("no current", base.AChaMax.cvalue == base.ADisChaMax.cvalue == 0)
            busbar.check("the event for too much voltage stands", base.Evt1.cvalue == OVER_VOLTAGE, hex(base.Evt1.cvalue))


def is_silent(client, address):
    try:
        client.read_holding_registers(MARKER, count=1, device_id=address)
    except pymodbus.exceptions.ModbusIOException:
        return True
    return False


def registers_are_refused():
    """pymodbus reads registers, and is refused what is not there"""
    with tempfile.TemporaryDirectory() as folder, battery(folder) as packs:
        client = pymodbus.client.ModbusSerialClient(packs.path, baudrate=9600, timeout=1, retries=0)
        client.connect()
        try:
            marker = client.read_holding_registers(MARKER, count=2, device_id=ADDRESS)
            busbar.check("the map begins with 'SunS'", marker.registers == [0x5375, 0x6E53], marker.registers)
            model = client.read_holding_registers(BATTERY, count=2, device_id=ADDRESS)
            busbar.check("model 802 has 62 registers", model.registers == [802, 62], model.registers)
            answer = client.read_holding_registers(BEHIND, count=1, device_id=ADDRESS)
            busbar.check("a register behind the map is refused with code 2", answer.exception_code == 2)
            busbar.check("an address nobody has stays silent", is_silent(client, NOBODY))
            again = client.read_holding_registers(MARKER, count=2, device_id=ADDRESS)
            busbar.check("the battery answers after that", again.registers == marker.registers)
        finally:
            client.close()


busbar.main(models_are_found, protection_is_heard, registers_are_refused)
