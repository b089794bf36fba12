#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Sends fragments of IKE messages (SKF payloads, RFC 7383) under the SPIs of a capture, without any key: numbers and totals
at their ends, bad ICVs, message ids that are due, first fragments of messages that never end. Prints how many."""
import argparse
import random
import socket
import struct
import sys
import time

SKF = 53


def headers(path):
    """IKE headers of protected messages in a pcap file, each (SPI, SPI) pair and direction with its last message id."""
    with open(path, "rb") as handle:
        data = handle.read()
    found, at = {}, 24
    while at + 16 <= len(data):
        size = struct.unpack("<I", data[at + 8 : at + 12])[0]
        frame = data[at + 16 : at + 16 + size]
        at += 16 + size
        if frame[12:14] != b"\x08\x00" or frame[23] != 17:
            continue
        udp = 14 + (frame[14] & 15) * 4
        ports = struct.unpack("!HH", frame[udp : udp + 4])
        body = frame[udp + 8 :]
        if 4500 in ports and body[:4] == bytes(4):
            body = body[4:]
        elif 500 not in ports:
            continue
        if len(body) >= 28 and body[16] in (46, SKF):
            found[(body[:16], body[18], body[19])] = struct.unpack("!I", body[20:24])[0]
    return [(spis, exchange, flags, last) for (spis, exchange, flags), last in found.items()]


def fragment(rng, known):
    spis, exchange, flags, last = rng.choice(known)
    number, total = rng.choice(((1, 1), (1, 2), (2, 2), (1, 65535), (65535, 65535), (0, 1), (2, 1), (1, 128), (7, 128), (1, 0)))
    sealed = rng.randbytes(rng.choice((0, 4, 8 + 16, 8 + 16 + 1, 500, 1200)))
    payload = struct.pack("!BBHHH", rng.choice((0, 35, 41)), 0, 8 + len(sealed), number, total) + sealed
    msgid = (last + rng.choice((0, 0, 1, 1, 2, 1000))) & 0xFFFFFFFF
    head = spis + struct.pack("!BBBBII", SKF, 0x20, exchange, flags, msgid, 28 + len(payload))
    return head + payload


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("capture")
    parser.add_argument("address")
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng, known = random.Random(args.seed), headers(args.capture)
    if not known:
        sys.exit("the capture has no protected message")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        for i in range(args.count):
            body = fragment(rng, known)
            if rng.random() < 0.5:
                out.sendto(body, (args.address, 500))
            else:
                out.sendto(bytes(4) + body, (args.address, 4500))
            if i % 20 == 0:
                time.sleep(0.002)
    print(args.count)


if __name__ == "__main__":
    main()
