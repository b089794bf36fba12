#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Sends malformed datagrams to UDP 500 and 4500: real ones from a capture, truncated, with flipped bits, with wrong
lengths, glued together. The same seed sends the same datagrams. Prints how many went to each port."""
import argparse
import random
import socket
import struct
import sys
import time


def payloads(path):
    """UDP payloads of a pcap file that belong to port 500 or 4500, as (port, bytes), each once."""
    with open(path, "rb") as handle:
        data = handle.read()
    found, at = {}, 24
    while at + 16 <= len(data):
        size, real = struct.unpack("<II", data[at + 8 : at + 16])
        frame = data[at + 16 : at + 16 + size]
        at += 16 + size
        if size != real or frame[12:14] != b"\x08\x00" or frame[23] != 17:
            continue
        start = 14 + (frame[14] & 15) * 4
        source, destination, length = struct.unpack("!HHH", frame[start : start + 6])
        for port in (500, 4500):
            if port in (source, destination):
                found[(port, frame[start + 8 : start + length])] = None
    return list(found)


def truncate(rng, body):
    return body[: rng.randrange(len(body))]


def flip(rng, body):
    out = bytearray(body)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 8, 64))):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def extreme(rng, body):
    """Sets a 16-bit field somewhere to a value that lengths and counts break on."""
    out = bytearray(body)
    if len(out) >= 2:
        at = rng.randrange(len(out) - 1)
        out[at : at + 2] = struct.pack("!H", rng.choice((0, 1, 3, 4, 0x7FFF, 0x8000, 0xFFFF)))
    return bytes(out)


def lengthen(rng, body):
    return body + rng.randbytes(rng.randrange(1, 200))


def glue(rng, body):
    cut = rng.randrange(len(body))
    return body[:cut] + body[rng.randrange(len(body)) :]


def malformed(rng, body, real):
    """A changed datagram that is none of the real ones."""
    while True:
        out = body
        for _ in range(rng.choice((1, 1, 2, 3))):
            if out:
                out = rng.choice((truncate, truncate, flip, flip, flip, extreme, lengthen, glue))(rng, out)
        if out not in real:
            return out[:1400]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("capture")
    parser.add_argument("target")
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--rate", type=int, default=2500, help="datagrams per second")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    seeds = payloads(options.capture)
    if len({port for port, _ in seeds}) < 2:
        sys.exit(f"{options.capture} holds no datagrams of both ports")
    real = {body for _, body in seeds}
    # As many ports as a few hosts would use: most datagrams of one handshake come from several places.
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(32)]
    # IKE messages are few beside ESP packets and have more to get wrong.
    ike = [s for s in seeds if s[0] == 500 or s[1][:4] == b"\0\0\0\0"]
    sent = {500: 0, 4500: 0}
    began = time.monotonic()
    for number in range(options.count):
        port, body = rng.choice(ike if rng.random() < 0.7 else seeds)
        body = malformed(rng, body, real)
        if rng.random() < 0.2:
            port = 5000 - port
        rng.choice(sockets).sendto(body, (options.target, port))
        sent[port] += 1
        ahead = (number + 1) / options.rate - (time.monotonic() - began)
        if ahead > 0.002:
            time.sleep(ahead)
    print(sent[500], sent[4500])


if __name__ == "__main__":
    main()
