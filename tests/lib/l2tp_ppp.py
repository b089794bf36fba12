#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Stands in the place of pppd behind xl2tpd, where the kernel has no PPP: frames of PPP through the session and back.

The file that xl2tpd names behind "file" says who this is: "client NAME COUNT LOG" sends COUNT numbered frames in its name and counts
whose come back; "server LOG" answers each frame with what it said. LOG gets one line: sent, own, foreign and names seen.
"""
import os
import select
import sys
import termios
import time
import tty

PAUSE = 0.03
LAST = 1.5
HEAD = b"\xff\x03\x00\x21"


def fcs(data):
    """The checksum of a frame (RFC 1662 C.2)."""
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x8408 if value & 1 else 0)
    return (value ^ 0xFFFF).to_bytes(2, "little")


def framed(data):
    """A frame as an asynchronous line has it (RFC 1662 4.2)."""
    out = bytearray(b"\x7e")
    for byte in data + fcs(data):
        if byte < 0x20 or byte in (0x7D, 0x7E):
            out += bytes((0x7D, byte ^ 0x20))
        else:
            out.append(byte)
    return bytes(out + b"\x7e")


class Line:
    """The terminal that xl2tpd gives its pppd as standard input; all its frames begin with the same bytes."""

    def __init__(self, head=HEAD):
        self.head = head
        tty.setraw(0, termios.TCSANOW)
        self.rest = b""

    def send(self, payload):
        os.write(0, framed(self.head + payload))

    def take(self, seconds):
        """Payloads that come within some time."""
        if not select.select([0], [], [], seconds)[0]:
            return []
        self.rest += os.read(0, 65536)
        *frames, self.rest = self.rest.split(b"\x7e")
        found = []
        for frame in frames:
            plain, escaped = bytearray(), False
            for byte in frame:
                if byte == 0x7D and not escaped:
                    escaped = True
                    continue
                plain.append(byte ^ 0x20 if escaped else byte)
                escaped = False
            if len(plain) > 2 and fcs(plain[:-2]) == plain[-2:] and plain.startswith(self.head):
                found.append(bytes(plain[len(self.head):-2]))
        return found


def client(line, name, count, log):
    sent = own = foreign = 0
    end = time.monotonic() + LAST + count * PAUSE
    due = 0.0
    while time.monotonic() < end and own + foreign < count:
        if sent < count and time.monotonic() >= due:
            line.send(f"{name}:{sent}".encode())
            sent += 1
            due = time.monotonic() + PAUSE
        for payload in line.take(PAUSE):
            if payload.decode("ascii", "replace").startswith(name + ":"):
                own += 1
            else:
                foreign += 1
    with open(log, "w", encoding="ascii") as out:
        print(f"sent {sent} own {own} foreign {foreign}", file=out)
    while True:
        line.take(60)


def server(line, log):
    names = set()
    while True:
        for payload in line.take(60):
            names.add(payload.split(b":")[0].decode("ascii", "replace"))
            with open(f"{log}.{os.getpid()}", "w", encoding="ascii") as out:
                print(*sorted(names), file=out)
            line.send(payload)


def main():
    with open(sys.argv[sys.argv.index("file") + 1], encoding="ascii") as options:
        role, *rest = options.read().split()
    if role == "client":
        client(Line(), rest[0], int(rest[1]), rest[2])
    else:
        server(Line(), rest[0])


if __name__ == "__main__":
    main()
