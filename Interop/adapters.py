"""Two serial CAN adapters on one CAN bus, without hardware: each is a pseudo-terminal to open by path, speaks the
LAWICEL protocol (SLCAN) to whoever opens it, and hands every frame to the other while both channels are open.
"""

import contextlib
import os
import select
import termios
import threading
import tty

ANSWERS = {b"V": b"V1013\r", b"v": b"v1\r", b"N": b"N0001\r", b"F": b"F00\r"}
FRAMES = b"tTrR"
BELL, DONE = b"\a", b"\r"


class Adapter:
    """One adapter: `path` is what its user opens, `commands` and `frames` what the user has said so far."""

    def __init__(self):
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave, termios.TCSANOW)
        self.path = os.ttyname(self.slave)
        self.is_open = False
        self.commands, self.frames = [], []
        self.rest = b""

    def take(self, data):
        """What the user wrote; returns the frames in it that go on the bus."""
        *lines, self.rest = (self.rest + data).split(b"\r")
        sent = []
        for line in lines:
            if line[:1] in FRAMES and len(line) > 1:
                if self.is_open:
                    self.frames.append(line)
                    sent.append(line)
                self.say(DONE if self.is_open else BELL)
            elif line:
                self.obey(line)
        return sent

    def obey(self, line):
        self.commands.append(line)
        if line in (b"O", b"C"):
            refused = self.is_open == (line == b"O")
            self.is_open = line == b"O"
            self.say(BELL if refused else DONE)
        else:
            self.say(ANSWERS.get(line[:1], DONE))

    def say(self, data):
        """Sends bytes to the user, e.g. a frame or an error report."""
        os.write(self.master, data)

    def close(self):
        os.close(self.master)
        os.close(self.slave)


class Bus:
    """Two adapters and the wire between them."""

    def __init__(self):
        self.adapters = (Adapter(), Adapter())
        self.left, self.right = self.adapters
        self.wake, self.stop = os.pipe()
        self.thread = threading.Thread(target=self._carry, daemon=True)
        self.thread.start()

    def _carry(self):
        masters = {adapter.master: adapter for adapter in self.adapters}
        while True:
            ready, _, _ = select.select([*masters, self.wake], [], [])
            if self.wake in ready:
                return
            for descriptor in ready:
                adapter = masters[descriptor]
                other = self.right if adapter is self.left else self.left
                for line in adapter.take(os.read(descriptor, 4096)):
                    if other.is_open:
                        other.say(line + b"\r")

    def close(self):
        os.close(self.stop)
        self.thread.join()
        os.close(self.wake)
        for adapter in self.adapters:
            adapter.close()


@contextlib.contextmanager
def bus():
    made = Bus()
    try:
        yield made
    finally:
        made.close()
