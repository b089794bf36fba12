#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Looks at an interface and sends the newest ESP-in-UDP packet for the target again, from an address of this host, until it is
told to end. Prints how many copies it sent."""
import argparse
import signal
import socket
import struct
import time


def body_of(frame, target):
    """The ESP packet of a frame, or None."""
    if len(frame) < 50 or frame[12:14] != b"\x08\x00" or frame[23] != 17 or frame[30:34] != target:
        return None
    start = 14 + (frame[14] & 15) * 4
    dport, length = struct.unpack("!HH", frame[start + 2 : start + 6])
    body = frame[start + 8 : start + length]
    return body if dport == 4500 and len(body) >= 32 and body[:4] != b"\0\0\0\0" else None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("interface")
    parser.add_argument("target")
    parser.add_argument("--pause", type=float, default=0.1)
    options = parser.parse_args()
    ends = []
    signal.signal(signal.SIGTERM, lambda *_: ends.append(True))
    look = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    look.bind((options.interface, 0))
    look.settimeout(0.05)
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    target, copies, at, newest = socket.inet_aton(options.target), 0, 0.0, None
    while not ends:
        try:
            newest = body_of(look.recv(65536), target) or newest
        except socket.timeout:
            continue
        if newest and time.monotonic() - at >= options.pause:
            time.sleep(0.02)  # behind the true one, which is on its way
            out.sendto(newest, (options.target, 4500))
            copies, at, newest = copies + 1, time.monotonic(), None
    print(copies)


if __name__ == "__main__":
    main()
