"""pymodbus reads PACE's map (also sold as WOW) from a simulated battery: what it measures, its switches, and the protections
that stand for limits; it is refused what is not there, and every write."""

import contextlib
import tempfile

import pymodbus.client

import busbar

PROFILE, ADDRESS = "pace-modbus-rs485", 1
PACK, CELLS, CHARGE, DISCHARGE = 0, 15, 77, 80
PACK_HIGH, PACK_LOW, FULL = 61, 69, 107
MILLIAMPS = -20_000
SWITCHES, DISCHARGING, CELL_HIGH = 0x0C00, 0x0200, 0x0001
NOT_THERE, NOT_PERMITTED = 2, 3


@contextlib.contextmanager
def battery(*options):
    """A simulated battery at 80 % with a current that stays, and a client on its line."""
    with tempfile.TemporaryDirectory() as folder, busbar.simulated_battery(
            folder, PROFILE, "--soc", "80", "--current", str(MILLIAMPS // 1000), *options) as packs:
        client = pymodbus.client.ModbusSerialClient(packs.path, baudrate=9600, timeout=2, retries=0)
        client.connect()
        try:
            yield packs, client
        finally:
            client.close()


def read(client, register, count=1):
    return client.read_holding_registers(register, count=count, device_id=ADDRESS)


def signed(word):
    return word - 0x10000 if word & 0x8000 else word


def map_is_read():
    """pymodbus reads both blocks and the protections"""
    with battery() as (packs, client):
        pack = packs.truth()["packs"][0]
        words = read(client, PACK, 13).registers
        busbar.check("the current is the simulated one", abs(signed(words[0]) * 10 - MILLIAMPS) <= 100, words[0])
        busbar.check("the voltage is the simulated one", abs(words[1] * 10 - pack["millivolts"]) <= 50, words[1])
        busbar.check("the state of charge is the simulated one", abs(words[2] * 10 - pack["soc_permille"]) <= 10, words[2])
        busbar.check("the capacity", words[5] == words[6] == 28_000, words[5:7])
        busbar.check("no alarm, both switches on, discharging", words[9:12] == [0, 0, SWITCHES | DISCHARGING], words[9:12])
        words = read(client, CELLS, 22).registers
        busbar.check("sixteen cells", all(3_150 <= cell <= 3_450 for cell in words[:16]), words[:16])
        busbar.check("six temperatures", all(100 <= signed(one) <= 400 for one in words[16:]), words[16:])
        limits = [read(client, register).registers[0] for register in (CHARGE, DISCHARGE)]
        busbar.check("limits of current in whole amperes", limits == [140, 140], limits)
        limits = [read(client, register).registers[0] for register in (PACK_HIGH, PACK_LOW, FULL)]
        busbar.check("limits of voltage", limits == [55_200, 46_400, 55_200], limits)
        busbar.check("a name where the version stands", read(client, 150, 4).registers[:3] == [0x4275, 0x7362, 0x6172])


def protection_is_heard():
    """A protection takes currents and switches away, and has its bit"""
    with battery("--alarm", "cell_over_voltage") as (_, client):
        limits = [read(client, register).registers[0] for register in (CHARGE, DISCHARGE)]
        busbar.check("no current", limits == [0, 0], limits)
        words = read(client, 9, 3).registers
        busbar.check("the bit for the cell stands, the switches are off",
                     (words[1], words[2] & SWITCHES) == (CELL_HIGH, 0), words)


def rest_is_refused():
    """What is not there and every write is refused, and the battery answers after that"""
    with battery() as (_, client):
        for register, count in ((PACK, 37), (13, 1), (CELLS, 23), (60, 24), (200, 1)):
            answer = read(client, register, count)
            busbar.check(f"{count} registers from {register} are refused with code 2", answer.exception_code == NOT_THERE)
        answer = client.write_registers(PACK_HIGH, [58_000], device_id=ADDRESS)
        busbar.check("a write is refused with code 3", answer.exception_code == NOT_PERMITTED)
        busbar.check("and has changed nothing", read(client, PACK_HIGH).registers == [55_200])


busbar.main(map_is_read, protection_is_heard, rest_is_refused)
