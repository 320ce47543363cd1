"""Energy managers read a running gateway over Modbus TCP: pysunspec2 finds the models by itself, pymodbus reads
registers, several clients at once, and both are refused once the bank is not known any more."""

import contextlib
import logging
import re
import socket
import struct
import tempfile
import threading
import time

import pymodbus.client
import sunspec2.modbus.client

import busbar

PROFILE, UNIT, NOBODY = "sunspec-battery", 1, 5
MARKER, SOC, LIMITS, BEHIND = 40_000, 40_081, 40_115, 40_300
NOT_THERE, NOT_KNOWN, NO_SUCH_UNIT = 2, 4, 11
MOST_CALLERS = 8


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def gateway(folder):
    """A gateway with one simulated pack; what is yielded are its packs and its port."""
    port = free_port()
    with busbar.simulated_bms(folder) as packs:
        settings = busbar.write_settings(folder, packs, f"tcp_listen: {port}", profile=PROFILE)
        with busbar.running(busbar.run(settings), "busbar run"):
            with client(port) as reader:
                busbar.wait(lambda: registers(reader, LIMITS, 2) == [busbar.BANK_AMPERES * 10] * 2, 30,
                            "the limits are those of the bank")
            yield packs, port


@contextlib.contextmanager
def client(port):
    """A pymodbus client, as soon as somebody listens."""
    made = pymodbus.client.ModbusTcpClient("127.0.0.1", port=port, timeout=2, retries=0)
    try:
        busbar.wait(made.connect, 30, f"somebody listens on port {port}")
        yield made
    finally:
        made.close()


def registers(reader, register, count=1, unit=UNIT):
    """What is read, or the code of the refusal."""
    answer = reader.read_holding_registers(register, count=count, device_id=unit)
    return -answer.exception_code if answer.isError() else answer.registers


def models_are_found():
    """pysunspec2 scans the gateway and reads what it says about the bank"""
    with tempfile.TemporaryDirectory() as folder, gateway(folder) as (packs, port):
        device = sunspec2.modbus.client.SunSpecModbusClientDeviceTCP(
            slave_id=UNIT, ipaddr="127.0.0.1", ipport=port, timeout=5)
        try:
            device.scan()
            found = {number: device.models[number][0] for number in device.models if isinstance(number, int)}
            for model in found.values():
                model.read()
            busbar.check("the models are 1, 802, 803 and 713", sorted(found) == [1, 713, 802, 803], sorted(found))
            base, truth = found[802], packs.truth()
            pack = truth["packs"][0]
            busbar.check("the voltage is that of the pack", abs(base.V.cvalue * 1000 - pack["millivolts"]) <= 100,
                         base.V.cvalue)
            busbar.check("the current is that of the pack, above zero when it discharges",
                         abs(base.A.cvalue * 1000 + truth["bank_milliamps"]) <= busbar.MILLIAMPS_OFF, base.A.cvalue)
            busbar.check("the state of charge is that of the pack",
                         abs(base.SoC.cvalue * 10 - pack["soc_permille"]) <= 10, base.SoC.cvalue)
            limits = (base.VMax.cvalue, base.AChaMax.cvalue, base.ADisChaMax.cvalue)
            busbar.check("the limits are those of the bank", limits == (55.2, busbar.BANK_AMPERES, busbar.BANK_AMPERES),
                         limits)
        finally:
            device.close()
        inverter = busbar.status(folder)["inverters"][0]
        busbar.check("the gateway has heard the reader", not inverter["isSilent"] and inverter["framesSent"] > 5)


def units_and_refusals():
    """pymodbus is answered as its unit wants it, and refused what is not there"""
    with tempfile.TemporaryDirectory() as folder, gateway(folder) as (_, port), client(port) as reader:
        for unit in (UNIT, 255, 0):
            busbar.check(f"unit {unit} is answered", registers(reader, MARKER, 2, unit) == [0x5375, 0x6E53])
        busbar.check("another unit is refused with code 11", registers(reader, MARKER, 2, NOBODY) == -NO_SUCH_UNIT)
        busbar.check("a register behind the map is refused with code 2", registers(reader, BEHIND) == -NOT_THERE)
        busbar.check("input registers are the same", reader.read_input_registers(
            MARKER, count=2, device_id=UNIT).registers == [0x5375, 0x6E53])
        busbar.check("nothing can be written", reader.write_register(SOC, 1, device_id=UNIT).isError())
        busbar.check("the connection goes on", registers(reader, MARKER, 2) == [0x5375, 0x6E53])


def many_clients():
    """Eight clients read at once, and a ninth costs the quietest its place"""
    with tempfile.TemporaryDirectory() as folder, gateway(folder) as (_, port), contextlib.ExitStack() as stack:
        readers = [stack.enter_context(client(port)) for _ in range(MOST_CALLERS)]
        good, lock = [], threading.Lock()

        def read(reader):
            count = sum(registers(reader, 40_070, 64)[:2] == [802, 62] for _ in range(200))
            with lock:
                good.append(count)

        threads = [threading.Thread(target=read, args=(reader,)) for reader in readers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        busbar.check("every question of every client is answered", good == [200] * MOST_CALLERS, good)
        ninth = stack.enter_context(client(port))
        busbar.check("the ninth is answered", registers(ninth, MARKER, 2) == [0x5375, 0x6E53])
        # What the gateway says about itself is up to 250 ms old.
        callers = busbar.wait(lambda: (seen := busbar.status(folder)["inverters"][0]["callers"])["displaced"] and seen,
                              5, "one has made room")
        busbar.check("one made room", callers["now"] == MOST_CALLERS and callers["displaced"] == 1, callers)


def pipelined_questions():
    """Questions sent in one piece, and one sent byte by byte, have their answers in order"""
    with tempfile.TemporaryDirectory() as folder, gateway(folder) as (_, port):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            question = lambda number: struct.pack(">HHHBBHH", number, 0, 6, UNIT, 3, MARKER, 2)  # noqa: E731
            line.sendall(b"".join(question(number) for number in range(1, 17)))
            for byte in question(17):
                line.sendall(bytes([byte]))
                time.sleep(0.005)
            answers = b""
            while len(answers) < 17 * 13:
                answers += line.recv(4096)
            numbers = [struct.unpack_from(">H", answers, place)[0] for place in range(0, len(answers), 13)]
            busbar.check("seventeen answers in order", numbers == list(range(1, 18)), numbers)


def lost_bank():
    """When the packs fall silent the limits are 0, and soon every read is refused"""
    with tempfile.TemporaryDirectory() as folder, gateway(folder) as (packs, port), client(port) as reader:
        packs.process.terminate()
        busbar.wait(lambda: registers(reader, LIMITS, 2) == [0, 0], 20, "both limits are 0")
        busbar.check("the state of charge is refused, not repeated", registers(reader, SOC) == -NOT_KNOWN)
        busbar.wait(lambda: registers(reader, LIMITS, 2) == -NOT_KNOWN, 20, "limits are refused")
        busbar.check("and so is everything else", registers(reader, MARKER, 2) == -NOT_KNOWN)


def simulated_battery():
    """pymodbus reads a simulated battery, and a simulated inverter reads the gateway"""
    command = [busbar.BINARY, "simulate", "battery", "--profile", PROFILE, "--modbus-tcp", "0", "--for", "60"]
    with busbar.running(command, "simulate battery") as process:
        said = busbar.wait(lambda: re.search(r"battery answers at 127\.0\.0\.1:(\d+)", process.said()), 30, "it listens")
        with client(int(said[1])) as reader:
            busbar.check("the map begins with 'SunS'", registers(reader, MARKER, 2) == [0x5375, 0x6E53])
    with tempfile.TemporaryDirectory() as folder, gateway(folder) as (_, port):
        command = [busbar.BINARY, "simulate", "inverter", "--profile", PROFILE, "--modbus-tcp", f"127.0.0.1:{port}",
                   "--json", "--for", "60"]
        with busbar.running(command, "simulate inverter") as process:
            said = busbar.wait(lambda: re.search(r'"answers":([4-9]),"timeouts":(\d+),"refusals":(\d+)', process.said()),
                               30, "the inverter has heard answers")
            busbar.check("a simulated inverter reads the gateway", said.groups()[1:] == ("0", "0"), said[0])


# Calls that nobody takes yet are no news here.
logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
busbar.main(models_are_found, units_and_refusals, many_clients, pipelined_questions, lost_bank, simulated_battery)
