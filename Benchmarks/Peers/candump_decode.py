"""Reads a candump log with python-can and decodes every frame with cantools: DBC-FILE LOG -> nanoseconds per frame."""

import sys
import time

import can
import cantools

database = cantools.database.load_file(sys.argv[1], strict=True)
messages = {message.frame_id: message for message in database.messages}
count = 0
start = time.process_time_ns()
with can.CanutilsLogReader(sys.argv[2]) as log:
    for frame in log:
        messages[frame.arbitration_id].decode(frame.data, decode_choices=False, allow_truncated=True)
        count += 1
print((time.process_time_ns() - start) / count)
