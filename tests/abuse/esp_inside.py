#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A peer with a tunnel of its own sends pings through it in its own name and in that of a host behind another peer, which has a
tunnel, too. Prints how many of each."""
import argparse
import socket
import struct
import time

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from ike_caller import Caller, prf_plus


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def ping(source, target, number):
    """An echo request from its IP header on."""
    icmp = struct.pack("!BBHHH", 8, 0, 0, 7, number) + bytes(16)
    icmp = icmp[:2] + struct.pack("!H", checksum(icmp)) + icmp[4:]
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(icmp), number, 0, 64, 1, 0, socket.inet_aton(source), socket.inet_aton(target))
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + icmp


class Tunnel(Caller):
    """A caller whose child SA carries packets: plain ESP, AES-GCM-128 without ESN (RFC 4106)."""

    def up(self, name, psk, lan):
        """Whether it came up."""
        if not self.init() or not self.auth(2, name, psk, local=lan):
            return False
        keymat = prf_plus(self.derive_key, self.nonce + self.nonce_r, 40)  # initiator's first (RFC 7296 2.17)
        self.aead, self.salt, self.sequence = AESGCM(keymat[:16]), keymat[16:20], 0
        return True

    def esp(self, inner):
        """The ESP packet around an IPv4 packet."""
        self.sequence += 1
        pad = -(len(inner) + 2) % 4
        text = inner + bytes(range(1, pad + 1)) + bytes([pad, 4])
        head, iv = struct.pack("!4sI", self.spi_out, self.sequence), struct.pack("!Q", self.sequence)
        return head + iv + self.aead.encrypt(self.salt + iv, text, head)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("psk")
    parser.add_argument("own")
    parser.add_argument("other")
    parser.add_argument("host")
    parser.add_argument("--count", type=int, default=1000)
    options = parser.parse_args()
    psk = options.psk.encode()
    tunnel, neighbour = Tunnel(options.target), Tunnel(options.target)
    lan = [name.rsplit(".", 1)[0] + ".0/24" for name in (options.own, options.other)]
    if not tunnel.up(b"foo", psk, lan[0]) or not neighbour.up(b"bar", psk, lan[1]):
        raise SystemExit("no tunnel")
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, 50)
    sent = [0, 0]
    for i in range(20):
        sent[0] += 1
        raw.sendto(tunnel.esp(ping(options.own, options.host, i)), (options.target, 0))
        time.sleep(0.002)
    for i in range(options.count):
        sent[1] += 1
        raw.sendto(tunnel.esp(ping(options.other, options.host, i)), (options.target, 0))
        time.sleep(0.0005)
    print(*sent)


if __name__ == "__main__":
    main()
