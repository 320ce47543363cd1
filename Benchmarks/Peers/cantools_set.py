"""Encodes and decodes a set of frames with cantools: DBC-FILE IDENTIFIER:HEX... -> nanoseconds per frame."""

import statistics
import sys
import time

import cantools

database = cantools.database.load_file(sys.argv[1], strict=True)
frames = []
for word in sys.argv[2:]:
    identifier, payload = word.split(":")
    message = database.get_message_by_frame_id(int(identifier, 16))
    payload = bytes.fromhex(payload)
    frames.append((message, message.decode(payload, decode_choices=False, allow_truncated=True)))

LOOPS = 400
runs = []
for _ in range(5):
    start = time.perf_counter_ns()
    for _ in range(LOOPS):
        for message, values in frames:
            message.decode(message.encode(values, strict=False), decode_choices=False)
    runs.append((time.perf_counter_ns() - start) / LOOPS / len(frames))
print(statistics.median(runs))
