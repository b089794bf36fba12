#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The clear packets of a measurement, on a host of the lab: UDP to the discard port, filled with one byte.

`send` hands --count packets to a tunnel. At its other end the meter tells in its start file that it is ready
and counts what arrived; no more than --window packets are under way, so that none is lost. `send` ends with 1 when
nothing arrives any more. `receive` judges what comes
until it pauses. Both write one JSON line. Sizes are plaintext Ethernet frame bytes, or imix.
"""
import argparse
import json
import mmap
import socket
import struct
import sys
import time

PORT = 9
FILL = b"\xa5"
SO_RCVBUFFORCE = 33  # the socket module lacks it
HEADERS = 14 + 20 + 8
IMIX = (64, 570, 64, 64, 570, 64, 1420, 64, 570, 64, 570, 64)


def sizes_of(text, longest):
    return [min(size, longest) for size in (IMIX if text == "imix" else (int(text),))]


def tell(args, what):
    print(json.dumps(what))
    if args.json:
        with open(args.json, "w") as f:
            f.write(json.dumps(what) + "\n")


class Progress:
    """The meter's start file: whether it is ready, and how many packets arrived."""

    def __init__(self, path):
        with open(path, "r+b") as f:
            self.map = mmap.mmap(f.fileno(), 16)

    def is_seen(self):
        return struct.unpack("=QQ", self.map[:])[0]

    def arrived(self):
        return struct.unpack("=QQ", self.map[:])[1]


def send(args):
    progress = Progress(args.progress)
    payloads = [FILL * (size - HEADERS) for size in sizes_of(args.size, args.longest)]
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("", 1024))
    sock.connect((args.to, PORT))
    sent = arrived = 0
    began = moved_at = time.monotonic()
    while not progress.is_seen() and time.monotonic() - began < args.patience:
        time.sleep(0.005)
    while arrived < args.count:
        now_arrived = progress.arrived()
        now = time.monotonic()
        if now_arrived != arrived:
            arrived, moved_at = now_arrived, now
        elif now - moved_at > args.patience:
            break
        left = args.count - sent
        room = min(args.window - (sent - arrived), left)
        if room <= 0 or room < min(args.window // 4, left):
            time.sleep(0.0005)
            continue
        for _ in range(room):
            sock.send(payloads[sent % len(payloads)])
            sent += 1
    took = time.monotonic() - began
    tell(args, {"sent": sent, "arrived": arrived, "seconds": round(took, 3)})
    if arrived < args.count:
        print("of %d packets %d were sent and %d arrived; then none came for %g s" % (args.count, sent, arrived, args.patience))
    return 0 if arrived >= args.count else 1


def receive(args):
    lengths = {size - HEADERS for size in sizes_of(args.size, args.longest)}
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
    sock.bind(("", PORT))
    good = bad = 0
    print("listening", file=sys.stderr, flush=True)
    try:
        while True:
            data = sock.recv(2048)
            sock.settimeout(args.patience)
            right = len(data) in lengths and data == FILL * len(data)
            good, bad = good + right, bad + (not right)
    except TimeoutError:
        pass
    tell(args, {"good": good, "bad": bad})
    return 0


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("verb", choices=("send", "receive"))
    p.add_argument("--size", default="64")
    p.add_argument("--longest", type=int, default=1500, help="longer frames of the mix are made so long")
    p.add_argument("--count", type=int, help="packets to send")
    p.add_argument("--to", help="address to send to")
    p.add_argument("--progress", help="the meter's start file")
    p.add_argument("--window", type=int, default=256, help="packets under way")
    p.add_argument("--patience", type=float, default=3, help="seconds without a packet that end it, after the first")
    p.add_argument("--json", metavar="FILE", help="write the line there too")
    args = p.parse_args()
    return send(args) if args.verb == "send" else receive(args)


if __name__ == "__main__":
    sys.exit(main())
