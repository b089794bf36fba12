#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A switch port for kernels without VLANs: what comes in on PLAIN goes out on TAGGED with an 802.1Q tag, and back.
Frames on TAGGED that carry another tag or none go nowhere and are counted. usage: vlan_wire.py PLAIN TAGGED VLAN
Prints "ready", and when it is ended how many frames were refused."""
import select
import signal
import socket
import struct
import sys

SOL_PACKET, PACKET_AUXDATA, PACKET_OUTGOING = 263, 8, 4
STATUS_VLAN_VALID = 0x10


def open_port(name):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(3))
    sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    sock.bind((name, 0))
    return sock


def receive(sock):
    """A frame and its VLAN, which the kernel takes out of the frame and tells beside it. None for our own sending."""
    frame, extra, _, address = sock.recvmsg(9300, socket.CMSG_SPACE(20))
    vlan = 0
    for level, kind, data in extra:
        if level == SOL_PACKET and kind == PACKET_AUXDATA:
            status, *_, tag, _ = struct.unpack("=IIIHHHH", data[:20])
            vlan = tag & 0xFFF if status & STATUS_VLAN_VALID else 0
    return (None, 0) if address[2] == PACKET_OUTGOING else (frame, vlan)


def main():
    plain, tagged, vlan = open_port(sys.argv[1]), open_port(sys.argv[2]), int(sys.argv[3])
    tag, refused = struct.pack("!HH", 0x8100, vlan), 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(f"{refused} frames refused"))
    print("ready", flush=True)
    while True:
        for sock in select.select([plain, tagged], [], [])[0]:
            frame, seen = receive(sock)
            if frame is None:
                continue
            if sock is plain:
                tagged.send(frame[:12] + tag + frame[12:])
            elif seen == vlan:
                plain.send(frame)
            else:
                refused += 1


if __name__ == "__main__":
    main()
