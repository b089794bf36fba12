#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Frames to a gateway that all end at its control core: ARP for others, and IKE messages without an SA.

strangers_flood.py PORT GATEWAY_MAC GATEWAY SOURCE SECONDS: sends on PORT as fast as it can, half of each, and prints how
many were sent.
"""
import os
import socket
import struct
import sys
import time


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ike_frame(ethernet, source, gateway):
    ike = os.urandom(8) + bytes(8) + struct.pack("!BBBBII", 33, 0x20, 34, 0x08, 0, 400) + os.urandom(372)
    udp = struct.pack("!HHHH", 500, 500, 8 + len(ike), 0) + ike
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, source, gateway)
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return ethernet + struct.pack("!H", 0x0800) + head + udp


def arp_frame(ethernet, mac, source):
    target = source[:3] + bytes([source[3] ^ 0x55])
    arp = struct.pack("!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 1, mac, source, bytes(6), target)
    return ethernet + struct.pack("!H", 0x0806) + arp + bytes(18)


def main():
    port, gateway_mac, gateway, source, seconds = sys.argv[1:6]
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    out.bind((port, 0))
    mac = out.getsockname()[4]
    ethernet = bytes.fromhex(gateway_mac.replace(":", "")) + mac
    gateway, source = socket.inet_aton(gateway), socket.inet_aton(source)
    frames = [make for _ in range(64) for make in (ike_frame(ethernet, source, gateway), arp_frame(ethernet, mac, source))]
    end, sent = time.monotonic() + float(seconds), 0
    while time.monotonic() < end:
        for frame in frames:
            try:
                out.send(frame)
                sent += 1
            except OSError:
                time.sleep(0.0001)
    print(sent)


if __name__ == "__main__":
    main()
