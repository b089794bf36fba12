#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Floods an address with IP fragments that never make a packet: first, middle and last pieces alone, pieces of 8 bytes, pieces
that overlap, under ever new source addresses, under one of its own, and under that of a peer. Prints how many were sent."""
import argparse
import os
import random
import socket
import struct
import time

UDP = 17


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def piece(source, target, ident, at, size, has_more, proto=UDP):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + size, ident, has_more << 13 | at // 8, 64, proto, 0, source, target)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + os.urandom(size)


def pieces(rng, source, target):
    """Of one datagram that will never be whole."""
    ident, kind = rng.randrange(65536), rng.randrange(6)
    if kind == 0:
        return [piece(source, target, ident, 0, 1480, True)]
    if kind == 1:
        return [piece(source, target, ident, 1480 * rng.randrange(1, 40), 1480, True)]
    if kind == 2:
        return [piece(source, target, ident, 64000, rng.randrange(1, 1400), False)]
    if kind == 3:
        return [piece(source, target, ident, 8 * rng.randrange(1, 8000), 8, True) for _ in range(8)]
    if kind == 4:
        return [piece(source, target, ident, 0, 1480, True), piece(source, target, ident, 8 * rng.randrange(1, 180), 1480, False)]
    return [piece(source, target, ident, 65528, 1000, False), piece(source, target, ident, 0, 8, True)]


def first_pieces(out, options, source):
    """First pieces of ever new datagrams and nothing else, made before they are sent: from one source, or (None) from anywhere."""
    rng = random.Random(3)
    target = socket.inet_aton(options.target)
    made = [piece(source or bytes([198, 18 + rng.randrange(2), rng.randrange(256), rng.randrange(256)]), target, rng.randrange(65536), 0, 64, True)
            for _ in range(20000)]
    sent, began = 0, time.monotonic()
    while time.monotonic() - began < options.seconds:
        for packet in made[sent % len(made):sent % len(made) + 50]:
            out.sendto(packet, (options.target, 0))
            sent += 1
        ahead = sent / options.rate - (time.monotonic() - began)
        if ahead > 0.002:
            time.sleep(ahead)
    return sent


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("peer", help="address of a peer that is not ours")
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--rate", type=int, default=8000, help="pieces per second")
    parser.add_argument("--first", choices=("anywhere", "peer"), help="first pieces alone, from there")
    options = parser.parse_args()
    rng = random.Random(791)
    target, peer = socket.inet_aton(options.target), socket.inet_aton(options.peer)
    out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    if options.first:
        print(first_pieces(out, options, peer if options.first == "peer" else None))
        return
    sent, began = 0, time.monotonic()
    while time.monotonic() - began < options.seconds:
        invented = bytes([198, 18 + rng.randrange(2), rng.randrange(256), rng.randrange(256)])
        source = rng.choice((invented, invented, invented, bytes([198, 18, 0, 1]), peer))
        for packet in pieces(rng, source, target):
            out.sendto(packet, (options.target, 0))
            sent += 1
        ahead = sent / options.rate - (time.monotonic() - began)
        if ahead > 0.002:
            time.sleep(ahead)
    print(sent)


if __name__ == "__main__":
    main()
