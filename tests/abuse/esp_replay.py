#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Sends recorded ESP-in-UDP packets again from here: as they were, and with a sequence number far ahead, which only the
ICV can refuse; keepalives in between. Prints how many were replayed and how many forged."""
import argparse
import socket
import struct
import time


def recorded(path, target):
    """ESP packets of a pcap file that went to the target."""
    with open(path, "rb") as handle:
        data = handle.read()
    at = 24
    while at + 16 <= len(data):
        size, real = struct.unpack("<II", data[at + 8 : at + 16])
        frame = data[at + 16 : at + 16 + size]
        at += 16 + size
        if size != real or frame[23] != 17 or frame[30:34] != socket.inet_aton(target):
            continue
        start = 14 + (frame[14] & 15) * 4
        dport, length = struct.unpack("!HH", frame[start + 2 : start + 6])
        body = frame[start + 8 : start + length]
        if dport == 4500 and len(body) >= 32 and body[:4] != b"\0\0\0\0":
            yield body


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("capture")
    parser.add_argument("target")
    parser.add_argument("--times", type=int, default=1)
    options = parser.parse_args()
    packets = list(recorded(options.capture, options.target))
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    replayed = forged = 0
    for turn in range(options.times):
        for body in packets:
            sock.sendto(body, (options.target, 4500))
            replayed += 1
            ahead = struct.unpack("!I", body[4:8])[0] + 100000 + turn * 1000
            sock.sendto(body[:4] + struct.pack("!I", ahead) + body[8:], (options.target, 4500))
            forged += 1
            sock.sendto(b"\xff", (options.target, 4500))
            time.sleep(0.001)
    print(replayed, forged)


if __name__ == "__main__":
    main()
