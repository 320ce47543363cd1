"""aiobmsble, which reads BMS over Bluetooth, reads simulated ones: what it would write to a Bluetooth characteristic goes to
their serial line, and what they answer comes back as notifications. Many boards speak the same frames on both.

What it reads that has no counterpart here: Seplos V2, PACE, Pylontech and Daren speak other protocols over Bluetooth than on
their serial lines, and the values of a whole Seplos V3 system are not simulated. It needs Python 3.12.
"""

import asyncio
import contextlib
import importlib
import tempfile

import aiobmsble.basebms
import bleak.backends.device
import serial

import busbar
import reported

# The most that a notification carries on an old connection, and on a newer one; some readers want answers whole.
SHORT, WHOLE = 20, 512


class Characteristic:
    uuid, handle, properties = "0000ffe1-0000-1000-8000-00805f9b34fb", 1, ["notify", "write"]


class Services(list):
    """What a Bluetooth device says it has: one service with one characteristic."""

    def __init__(self):
        super().__init__([self])
        self.characteristics = [Characteristic()]

    def get_characteristic(self, _):
        return self.characteristics[0]

    def get_service(self, _):
        return None


class Wire:
    """A serial line in the place of a Bluetooth client."""

    is_connected = True

    def __init__(self, path, baud, most):
        self.port = serial.Serial(path, baud, timeout=1)
        self.most, self.notify, self.services = most, None, Services()

    async def start_notify(self, _, notify):
        self.notify = notify

    async def write_gatt_char(self, _, data, response=None):
        for answer in await asyncio.to_thread(self.exchange, bytes(data)):
            for place in range(0, len(answer), self.most):
                self.notify(None, bytearray(answer[place:place + self.most]))

    async def disconnect(self):
        pass

    def exchange(self, question):
        """What is answered until the line has been silent for a while."""
        self.port.reset_input_buffer()
        self.port.write(question)
        self.port.timeout = 1
        answer = self.port.read(1)
        self.port.timeout = 0.1
        while more := self.port.read(512):
            answer += more
        return [answer]

    def close(self):
        self.port.close()


class JKWire(Wire):
    """A JK-PB sends the same records on RS485, asked for with a Modbus write; its Bluetooth module says that it is ready."""

    TRIGGERS = {0x96: "01 10 16 20 00 01 02 00 00 D6 F1", 0x97: "01 10 16 1C 00 01 02 00 00 D3 CD"}
    RECORD = 300

    def exchange(self, question):
        command = question[4]
        answer, = super().exchange(bytes.fromhex(self.TRIGGERS[command]))
        ready = [bytes.fromhex("AA5590EBC8010100000000000000000000000044")] if command == 0x97 else []
        return [answer[:self.RECORD] + b"".join(ready)]


@contextlib.contextmanager
def bms(module, packs, baud, most=SHORT, wire=Wire):
    """A BMS of aiobmsble whose Bluetooth is a wire to simulated packs."""
    with contextlib.closing(wire(packs.path, baud, most)) as client:
        aiobmsble.basebms.BleakClient = lambda *_, **__: client
        device = bleak.backends.device.BLEDevice("00:00:00:00:00:00", "simulated", None)
        made = importlib.import_module(f"aiobmsble.bms.{module}").BMS(device, aiobmsble.BMSConfig(keep_alive=True))
        client.notify = made._notification_handler
        yield made


def seen_in(sample, table):
    """What aiobmsble calls a value, in Busbar's words."""
    return {name: (sample[key], step) for key, (name, step) in table.items()}


def warm(sensors):
    return [float(sensor) for sensor in sensors]


SWITCHES = {"chrg_mosfet": ("charge_switch", 1), "dischrg_mosfet": ("discharge_switch", 1)}
CELLS = {"cell_count": ("configured_cells", 1)}


def read(driver, module, baud, table, sensors, prepare=None, turned=False, **how):
    """Reads a simulated pack of `driver` once and compares it; `sensors` are the names of the temperatures and their step.

    One without a name is of the balancer, which is not simulated.
    """
    with tempfile.TemporaryDirectory() as folder, reported.packs(folder, driver) as packs:
        with bms(module, packs, baud, **how) as reader:
            sample, reading = packs.read(lambda: asyncio.run(sample_of(reader, prepare)))
    if turned:
        sample["current"] = -sample["current"]
    names, step = sensors
    reading.check(f"{driver}: measured values", seen_in(sample, table))
    reading.check(f"{driver}: cells", reported.cells(sample["cell_voltages"]))
    values = warm(sample["temp_values"])
    busbar.check(f"{driver}: {len(names)} temperatures", len(values) == len(names), values)
    reading.check(f"{driver}: temperatures", {name: (value, step) for name, value in zip(names, values) if name})
    busbar.check(f"{driver}: no problem", not sample.get("problem_code"), sample.get("problem_code"))


async def sample_of(reader, prepare):
    await (prepare or type(reader)._init_connection)(reader)
    return await reader.async_update(raw=True)


def sensors(count, *others):
    return [*(f"temperature_{number + 1}" for number in range(count)), *others]


def jbd():
    """aiobmsble reads a JBD"""
    read("jbd", "jbd_bms", 9_600, {
        "voltage": ("pack_voltage", 0.01), "current": ("current", 0.01), "cycle_charge": ("remaining_capacity", 0.01),
        "design_capacity": ("full_capacity", 1), "cycles": ("cycles", 1), "battery_level": ("soc", 1), **CELLS,
        **SWITCHES}, (sensors(4), 0.1))


DALY = {
    "voltage": ("pack_voltage", 0.1), "current": ("current", 0.1), "battery_level": ("soc", 0.1),
    "cycle_charge": ("remaining_capacity", 0.1), "cycles": ("cycles", 1), **CELLS, **SWITCHES}


def daly_d2():
    """aiobmsble reads a Daly that is asked at 0xD2"""
    read("daly-d2", "daly_bms", 9_600, {**DALY, "delta_voltage": ("cell_spread", 0.001)},
         (sensors(4), 1), most=WHOLE)


def daly_81():
    """aiobmsble reads a Daly that is asked at 0x81"""

    async def knows_the_protocol(reader):
        # It tries 0xD2 first, for ten seconds.
        reader._proto, reader._mos_avail = importlib.import_module("aiobmsble.bms.daly_bms").Proto.X81, False

    read("daly-modbus", "daly_bms", 9_600, {**DALY, "heater": ("heater", 1)}, (sensors(4), 1), most=WHOLE,
         prepare=knows_the_protocol)


def ant():
    """aiobmsble reads an ANT of 2021"""

    # It hands on the sign of the wire and would call this charging. That discharging is above zero there is proven by
    # captures in which the charge left falls meanwhile (golden table of the driver); its reader for 2019 turns the sign.
    read("ant", "ant_bms", 19_200, {
        "voltage": ("pack_voltage", 0.01), "current": ("current", 0.1), "design_capacity": ("full_capacity", 1),
        "battery_level": ("soc", 1), "battery_health": ("soh", 1), "cycle_charge": ("remaining_capacity", 1e-6),
        "delta_voltage": ("cell_spread", 0.001), "cell_count": ("configured_cells", 1), **SWITCHES},
        (sensors(4, "mosfet_temperature", None), 1), turned=True)


def ant_2019():
    """aiobmsble reads an ANT of 2019"""
    read("ant-2019", "ant_leg_bms", 19_200, {
        "voltage": ("pack_voltage", 0.1), "current": ("current", 0.1), "battery_level": ("soc", 1),
        "design_capacity": ("full_capacity", 1), "cycle_charge": ("remaining_capacity", 1e-6),
        "cell_count": ("configured_cells", 1), **SWITCHES}, (["mosfet_temperature", None, *sensors(2)], 1))


def jk02():
    """aiobmsble reads the records of a JK-PB (JK02_32S)"""
    # What it calls a second sensor of the power board repeats the first on these boards.
    names = ["mosfet_temperature", *sensors(2), "mosfet_temperature", "temperature_3", "temperature_4"]
    read("jk-modbus", "jikong_bms", 115_200, {
        "voltage": ("pack_voltage", 0.001), "current": ("current", 0.001), "battery_level": ("soc", 1),
        "balance_current": ("balance_current", 0.001), "cycle_charge": ("remaining_capacity", 0.001),
        "design_capacity": ("full_capacity", 1), "cycles": ("cycles", 1), "battery_health": ("soh", 1),
        "delta_voltage": ("cell_spread", 0.001), "battery_mode": ("charge_phase", 1), **CELLS, **SWITCHES,
        "heater": ("heater", 1)}, (names, 0.1), most=WHOLE, wire=JKWire)


def eg4():
    """aiobmsble reads an EG4 LL"""

    def in_hundredths(sample):
        # It knows a pack of four cells that counts tenths of an ampere; the maker's document says hundredths.
        return {**sample, "current": sample["current"] / 10}

    with tempfile.TemporaryDirectory() as folder, reported.packs(folder, "eg4-ll") as packs:
        with bms("eg4_bms", packs, 9_600) as reader:
            sample, reading = packs.read(lambda: in_hundredths(asyncio.run(reader.async_update(raw=True))))
    reading.check("eg4-ll: measured values", seen_in(sample, {
        "voltage": ("pack_voltage", 0.01), "current": ("current", 0.01), "battery_health": ("soh", 1),
        "battery_level": ("soc", 1), "cycles": ("cycles", 1), "design_capacity": ("design_capacity", 1), **CELLS}))
    reading.check("eg4-ll: cells", reported.cells(sample["cell_voltages"]))
    board, *cells = warm(sample["temp_values"])
    reading.check("eg4-ll: temperatures", {"mosfet_temperature": (board, 1), **reported.temperatures(cells[:4], 1)})
    busbar.check("eg4-ll: no problem", sample["problem_code"] == 0 and cells[4:] == [0, 0], sample["problem_code"])


def seplos_v3():
    """aiobmsble reads a pack of a Seplos V3"""

    async def blocks(reader):
        reader._pack_count = 1
        for block in reader._PQUERY.values():
            await reader._await_msg(reader._cmd(1, *block))
        return reader._msg

    with tempfile.TemporaryDirectory() as folder, reported.packs(folder, "seplos-v3") as packs:
        with bms("seplos_bms", packs, 19_200) as reader:
            message, reading = packs.read(lambda: asyncio.run(blocks(reader)))
            values, cells = message[1 << 8 | reader._PIA_LEN], message[1 << 8 | reader._PIB_LEN]
            pack = reader._decode_pack(reader._PFIELDS, values, start=reader._HEAD_LEN)
            volts = reader._cell_voltages(cells, cells=16, start=reader._HEAD_LEN)
            degrees = reader._temp_values(cells, values=4, start=reader._TEMP_START, signed=False, offset=2731, divider=10)
    reading.check("seplos-v3: measured values", seen_in(pack, {
        "voltage": ("pack_voltage", 0.01), "current": ("current", 0.01), "cycle_charge": ("remaining_capacity", 0.01),
        "design_capacity": ("full_capacity", 1), "battery_level": ("soc", 0.1), "battery_health": ("soh", 0.1),
        "cycles": ("cycles", 1)}))
    reading.check("seplos-v3: cells", reported.cells(volts))
    reading.check("seplos-v3: temperatures", reported.temperatures(warm(degrees), 0.1))


busbar.main(jbd, daly_d2, daly_81, ant, ant_2019, jk02, eg4, seplos_v3)
