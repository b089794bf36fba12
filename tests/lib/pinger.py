#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Pings at a fixed rate and waits for late answers. ping(8) gives up two round trips after its last packet, which counts
answers as lost that a busy machine only delays. Prints
  sent N received N duplicates N longest_gap_ms N rtt_ms MIN/AVG/MAX"""
import argparse
import os
import select
import signal
import socket
import struct
import time


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def request(ident, number, pattern, is6):
    body = struct.pack("!HHI", ident, number & 0xFFFF, number) + (pattern * 64)[:52]
    if is6:
        return struct.pack("!BBH", 128, 0, 0) + body  # the kernel computes it: it covers addresses
    return struct.pack("!BBH", 8, 0, checksum(b"\x08\x00\x00\x00" + body)) + body


class Pinger:
    def __init__(self, target, count, pattern):
        self.is6 = ":" in target
        self.sock = (socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) if self.is6 else
                     socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.sock.setblocking(False)
        self.target, self.count, self.pattern = target, count, pattern
        self.ident = os.getpid() & 0xFFFF
        self.sent_at, self.rtt, self.duplicates, self.gap = {}, {}, 0, 0.0
        self.last_answer = None

    def enough(self, *_):
        """SIGUSR1: what was sent is all that is sent."""
        self.count = len(self.sent_at)

    def send(self, number):
        self.sent_at[number] = time.monotonic()
        try:
            self.sock.sendto(request(self.ident, number, self.pattern, self.is6), (self.target, 0))
        except OSError:
            pass  # counted as lost

    def receive(self):
        now = time.monotonic()
        packet, source = self.sock.recvfrom(2048)
        icmp = packet if self.is6 else packet[(packet[0] & 15) * 4 :]  # an IPv6 socket gives no header
        if len(icmp) < 12 or icmp[0] != (129 if self.is6 else 0):
            return
        ident, _, number = struct.unpack("!HHI", icmp[4:12])
        if ident != self.ident or number not in self.sent_at or source[0] != self.target:
            return
        if number in self.rtt:
            self.duplicates += 1
            return
        self.rtt[number] = now - self.sent_at[number]
        if self.last_answer is not None:
            self.gap = max(self.gap, now - self.last_answer)
        self.last_answer = now

    def run(self, interval, patience):
        began = time.monotonic()
        number, until = 0, None
        while until is None or (time.monotonic() < until and len(self.rtt) < self.count):
            due = began + number * interval
            if number < self.count and time.monotonic() >= due:
                self.send(number)
                number += 1
                continue
            if number >= self.count and until is None:
                until = time.monotonic() + patience
            wait = (until if until is not None else due) - time.monotonic()
            if select.select([self.sock], [], [], max(wait, 0))[0]:
                self.receive()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--interval", type=float, default=0.02, help="seconds")
    parser.add_argument("--patience", type=float, default=2, help="seconds to wait for answers after the last ping")
    parser.add_argument("--pattern", default="00", help="bytes to fill with, in hexadecimal")
    options = parser.parse_args()
    pinger = Pinger(options.target, options.count, bytes.fromhex(options.pattern))
    signal.signal(signal.SIGUSR1, pinger.enough)
    pinger.run(options.interval, options.patience)
    times = [t * 1000 for t in pinger.rtt.values()] or [0.0]
    print(f"sent {len(pinger.sent_at)} received {len(pinger.rtt)} duplicates {pinger.duplicates} "
          f"longest_gap_ms {pinger.gap * 1000:.0f} "
          f"rtt_ms {min(times):.2f}/{sum(times) / len(times):.2f}/{max(times):.2f}")


if __name__ == "__main__":
    main()
