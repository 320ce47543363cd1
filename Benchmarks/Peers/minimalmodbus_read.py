"""Reads the live registers of a JK pack with minimalmodbus: PORT ADDRESS READINGS -> milliseconds per reading."""

import statistics
import sys
import time

import minimalmodbus

instrument = minimalmodbus.Instrument(sys.argv[1], int(sys.argv[2]))
instrument.serial.baudrate = 115200
instrument.serial.timeout = 1

times = []
for _ in range(int(sys.argv[3])):
    start = time.perf_counter()
    for register in (0x1200, 0x1280):
        instrument.read_registers(register, 0x40)
    times.append((time.perf_counter() - start) * 1000)
print(statistics.median(times))
