#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The other end of keys made by hand, by the letter of RFC 4303, 4106, 3948 and 5869 on python3-cryptography: it shares no line with
culvertd. Sends pings through each SA in the name of its remote address and opens the answers.
Prints how many were sent and how many answers were right."""
import argparse
import hmac
import ipaddress
import pathlib
import socket
import struct
import time

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

IPIP = 4


def hkdf(secret, salt, info, size):
    """RFC 5869 with SHA-256."""
    prk = hmac.digest(salt, secret, "sha256")
    out = block = b""
    while len(out) < size:
        block = hmac.digest(prk, block + info + bytes([len(out) // 32 + 1]), "sha256")
        out += block
    return out[:size]


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def echo(source, target, sa, number, pattern):
    """An echo request from its IP header on."""
    icmp = struct.pack("!BBHHH", 8, 0, 0, sa, number) + pattern
    icmp = icmp[:2] + struct.pack("!H", checksum(icmp)) + icmp[4:]
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(icmp), number, 0, 64, 1, 0, source.packed, target.packed)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + icmp


def is_answer(inner, host, source, pattern):
    """Whether it is an echo reply of the host to the source, and brings back what was sent, byte by byte."""
    return inner[12:16] == host.packed and inner[16:20] == source.packed and inner[20:22] == b"\0\0" and inner[28:] == pattern


class Ends:
    """The keys of both directions, for all SAs."""

    def __init__(self, key_file, nonce, spis, spi_out, esn):
        keymat = bytes.fromhex(pathlib.Path(key_file).read_text(encoding="ascii").strip().removeprefix("0x"))
        theirs = hkdf(keymat, bytes.fromhex(nonce), b"culvert manual out", len(keymat))
        self.seal_with, self.salt = AESGCM(keymat[:-4]), keymat[-4:]
        self.open_with, self.first_salt = AESGCM(theirs[:-4]), int.from_bytes(theirs[-4:], "big")
        self.spis, self.spi_out, self.aad = spis, spi_out, "!IQ" if esn else "!II"

    def seal(self, sa, seq, inner):
        """The ESP packet of an SA around a packet."""
        pad = -(len(inner) + 2) % 4
        text = inner + bytes(range(1, pad + 1)) + bytes([pad, IPIP])
        head, iv = struct.pack("!II", self.spis[sa], seq & 0xFFFFFFFF), struct.pack("!Q", seq)
        return head + iv + self.seal_with.encrypt(self.salt + iv, text, struct.pack(self.aad, self.spis[sa], seq))

    def open(self, packet):
        """SA and inner packet; (None, None) of what is not right."""
        spi, low = struct.unpack("!II", packet[:8])
        sa = spi - self.spi_out
        if not 0 <= sa < len(self.spis):
            return None, None
        salt = struct.pack("!I", (self.first_salt + sa) & 0xFFFFFFFF)
        try:
            text = self.open_with.decrypt(salt + packet[8:16], packet[16:], struct.pack(self.aad, spi, low))
        except InvalidTag:
            return None, None
        return (sa, text[: -2 - text[-2]]) if text[-1] == IPIP else (None, None)


def send_capture(sock, path, gateway, plain):
    """Sends the ESP packets of a pcap file with Ethernet and IPv4 headers. How many."""
    data, at, count = pathlib.Path(path).read_bytes(), 24, 0
    while at < len(data):
        size = struct.unpack("=I", data[at + 8 : at + 12])[0]
        sock.sendto(data[at + 16 + (34 if plain else 42) : at + 16 + size], (gateway, 0 if plain else 4500))
        at += 16 + size
        count += 1
        time.sleep(0.002)
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gateway")
    parser.add_argument("host")
    parser.add_argument("--key-file", required=True)
    parser.add_argument("--nonce", required=True)
    parser.add_argument("--spis", required=True, help="file of the gateway's SPIs, one a line")
    parser.add_argument("--spi-out", type=int, required=True)
    parser.add_argument("--remote", required=True, help="remote address of the first SA")
    parser.add_argument("--send", metavar="PCAP", help="send what this capture of frames has instead, and wait for nothing")
    parser.add_argument("--plain", action="store_true", help="as IP protocol 50, not in UDP")
    parser.add_argument("--no-esn", action="store_true")
    parser.add_argument("--seq", type=int, default=1, help="first sequence number")
    parser.add_argument("--count", type=int, default=20, help="pings through each SA")
    parser.add_argument("--pattern", default="00" * 8)
    options = parser.parse_args()
    spis = [int(line, 16) for line in pathlib.Path(options.spis).read_text(encoding="ascii").split()]
    ends = Ends(options.key_file, options.nonce, spis, options.spi_out, not options.no_esn)
    remote, host = ipaddress.IPv4Address(options.remote), ipaddress.IPv4Address(options.host)
    pattern = bytes.fromhex(options.pattern) * 7
    sock = socket.socket(socket.AF_INET, *((socket.SOCK_RAW, 50) if options.plain else (socket.SOCK_DGRAM,)))
    if not options.plain:
        sock.bind(("", 4500))
    if options.send:
        print(f"sent {send_capture(sock, options.send, options.gateway, options.plain)}")
        return
    asked, answered = set(), set()
    for number in range(options.seq, options.seq + options.count):
        for sa in range(len(spis)):
            sock.sendto(ends.seal(sa, number, echo(remote + sa, host, sa, number, pattern)), (options.gateway, 0 if options.plain else 4500))
            asked.add((sa, number))
        time.sleep(0.01)
    deadline = time.monotonic() + 2
    while answered != asked and time.monotonic() < deadline:
        sock.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            sa, inner = ends.open(sock.recv(2000)[20 if options.plain else 0 :])
        except TimeoutError:
            break
        if sa is not None and is_answer(inner, host, remote + sa, pattern):
            answered.add(struct.unpack("!HH", inner[24:28]))
    print(f"sent {len(asked)} right {len(asked & answered)}")


if __name__ == "__main__":
    main()
