#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The other end of a real pppd, in the place of pppd behind xl2tpd where the kernel has no PPP: it agrees on LCP (RFC 1661) and IPCP
(RFC 1332), gives the address that xl2tpd names ("LOCAL:REMOTE"), and sends each datagram of ICMP echo and UDP back as it came.
PYTHONPATH is the folder of l2tp_ppp.py.
"""
import re
import struct
import sys

import l2tp_ppp

LCP, IPCP, IP = 0xC021, 0x8021, 0x0021
REQUEST, ACK, NAK, REJECT, TERMINATE, TERMINATED, PROTOCOL_REJECT, ECHO, ECHOED = 1, 2, 3, 4, 5, 6, 8, 9, 10
TAKEN = {LCP: {1, 2, 5}, IPCP: {3}}  # options: MRU, the map of control characters, magic number; address
ADDRESS = 3


def options(data):
    """Options of a request as (number, value), ended by the first that is none."""
    found = []
    while len(data) >= 2 and 2 <= data[1] <= len(data):
        found.append((data[0], data[2:data[1]]))
        data = data[data[1]:]
    return found


def packed(pairs):
    return b"".join(bytes((number, len(value) + 2)) + value for number, value in pairs)


def answer(proto, asked, theirs):
    """Code and options that answer a request."""
    refused = [o for o in asked if o[0] not in TAKEN[proto]]
    if refused:
        return REJECT, packed(refused)
    if proto == IPCP and (ADDRESS, theirs) not in asked:
        return NAK, packed([(ADDRESS, theirs)])
    return ACK, packed(asked)


def mirrored(packet):
    """A datagram back to its sender; nothing when it is of another kind."""
    head = (packet[0] & 15) * 4
    swapped = packet[:12] + packet[16:20] + packet[12:16] + packet[20:head]
    body = packet[head:]
    if packet[9] == 1 and body[0] == 8:
        csum = int.from_bytes(body[2:4], "big") + 0x800
        return swapped + b"\0\0" + ((csum & 0xFFFF) + (csum >> 16)).to_bytes(2, "big") + body[4:]
    if packet[9] == 17:
        return swapped + body[2:4] + body[:2] + body[4:]
    return None


class Peer:
    def __init__(self, line, ours, theirs):
        self.line, self.ours, self.theirs = line, ours, theirs
        self.up = {LCP: False, IPCP: False}

    def send(self, proto, code, number, data):
        self.line.send(struct.pack("!HBBH", proto, code, number, len(data) + 4) + data)

    def ask(self, proto):
        self.send(proto, REQUEST, 1, packed([(ADDRESS, self.ours)]) if proto == IPCP else b"")

    def control(self, proto, code, number, data):
        if code == REQUEST:
            said, pairs = answer(proto, options(data), self.theirs)
            self.send(proto, said, number, pairs)
            if not self.up[proto]:
                self.ask(proto)
        elif code == ACK:
            self.up[proto] = True
        elif code == TERMINATE:
            self.send(proto, TERMINATED, number, data)
        elif code == ECHO and proto == LCP:
            self.send(proto, ECHOED, number, bytes(4) + data[4:])

    def take(self, frame):
        proto = int.from_bytes(frame[:2], "big")
        if proto == IP:
            back = mirrored(frame[2:])
            if back:
                self.line.send(frame[:2] + back)
        elif proto in TAKEN:
            code, number, length = struct.unpack("!BBH", frame[2:6])
            self.control(proto, code, number, frame[6:2 + length])
        elif self.up[LCP]:
            self.send(LCP, PROTOCOL_REJECT, 1, frame)


def main():
    pair = next(m for m in (re.fullmatch(r"([\d.]+):([\d.]+)", a) for a in sys.argv) if m)
    ours, theirs = (bytes(int(p) for p in a.split(".")) for a in pair.groups())
    peer = Peer(l2tp_ppp.Line(b"\xff\x03"), ours, theirs)
    peer.ask(LCP)
    while True:
        for frame in peer.line.take(60):
            peer.take(frame)


if __name__ == "__main__":
    main()
