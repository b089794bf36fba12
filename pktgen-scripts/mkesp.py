#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes captures for Pktgen: ESP in UDP with valid sequence numbers and ICVs, or IKE_SA_INIT requests.

Pktgen replays a capture for ever in the same order, so a gateway with replay protection takes each ESP packet once:
use a capture as long as the run, or switch the replay window off for the measurement. Needs python3-cryptography.
"""
import argparse
import ipaddress
import os
import struct
import sys


def checksum(header):
    total = sum(struct.unpack(f"!{len(header) // 2}H", header))
    total = (total & 0xFFFF) + (total >> 16)
    return ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF


def ipv4(src, dst, proto, payload):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0x4000, 64, proto, 0, src.packed, dst.packed)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def udp(sport, dport, payload):
    return struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload


def ethernet(dst_mac, payload):
    return bytes.fromhex(dst_mac.replace(":", "")) + bytes.fromhex("020000000101") + b"\x08\x00" + payload


class Sealer:
    """One SA: AES-GCM with 16-byte ICV (RFC 4106), 64-bit sequence numbers if asked for."""

    def __init__(self, spi, keymat, esn):
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self.spi, self.esn, self.seq = spi, esn, 0
        self.cipher, self.salt = AESGCM(keymat[:-4]), keymat[-4:]

    def seal(self, inner):
        self.seq += 1
        pad = -(len(inner) + 2) % 4
        clear = inner + bytes(range(1, pad + 1)) + bytes((pad, 4))
        iv = struct.pack("!Q", self.seq)
        low, high = self.seq & 0xFFFFFFFF, self.seq >> 32
        aad = struct.pack("!III", self.spi, high, low) if self.esn else struct.pack("!II", self.spi, low)
        return struct.pack("!II", self.spi, low) + iv + self.cipher.encrypt(self.salt + iv, clear, aad)


def esp_packets(args):
    keymat = bytes.fromhex(args.key)
    if len(keymat) not in (20, 36):
        sys.exit("mkesp.py: --key is 20 or 36 bytes: AES key and salt")
    sealers = [Sealer(args.spi + i, keymat, args.esn) for i in range(args.sas)]
    src, dst = ipaddress.ip_address(args.src), ipaddress.ip_address(args.dst)
    inner_src, inner_dst = ipaddress.ip_address(args.inner_src), ipaddress.ip_address(args.inner_dst)
    for n in range(args.count):
        sa = n % args.sas
        fill = b"\xa5" * (args.size - 14 - 28)
        inner = ipv4(inner_src + sa, inner_dst, 17, udp(1024, 9, fill))
        yield ethernet(args.mac, ipv4(src, dst, 17, udp(args.sport, 4500, sealers[sa].seal(inner))))


def ike_payload(following, body):
    return struct.pack("!BBH", following, 0, 4 + len(body)) + body


def ike_init():
    """A well-formed IKE_SA_INIT request with a random SPI: AES-GCM-128, PRF-SHA2-256, X25519 (RFC 7296 1.2)."""
    encr = struct.pack("!BBHBBHHH", 3, 0, 12, 1, 0, 20, 0x800E, 128)
    prf = struct.pack("!BBHBBH", 3, 0, 8, 2, 0, 5)
    group = struct.pack("!BBHBBH", 0, 0, 8, 4, 0, 31)
    proposal = struct.pack("!BBHBBBB", 0, 0, 8 + len(encr + prf + group), 1, 1, 0, 3) + encr + prf + group
    payloads = ike_payload(34, proposal)
    payloads += ike_payload(40, struct.pack("!HH", 31, 0) + os.urandom(32))
    payloads += ike_payload(0, os.urandom(32))
    return struct.pack("!8s8sBBBBII", os.urandom(8), bytes(8), 33, 0x20, 34, 0x08, 0, 28 + len(payloads)) + payloads


def ike_packets(args):
    src, dst = ipaddress.ip_address(args.src), ipaddress.ip_address(args.dst)
    for n in range(args.count):
        yield ethernet(args.mac, ipv4(src + n % args.sources, dst, 17, udp(1024 + n % 60000, 500, ike_init())))


def pcap_write(path, packets):
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for n, packet in enumerate(packets):
            out.write(struct.pack("<IIII", n // 1000000, n % 1000000, len(packet), len(packet)) + packet)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("out", help="capture to write")
    p.add_argument("--kind", choices=("esp", "ike"), default="esp")
    p.add_argument("--count", type=int, default=16384, help="packets (Pktgen takes a 10 KB buffer for each)")
    p.add_argument("--size", type=int, default=512, help="plaintext Ethernet frame bytes, 64 to 1454")
    p.add_argument("--sas", type=int, default=1, help="SAs, taken in turn; SPIs count up from --spi")
    p.add_argument("--spi", type=lambda v: int(v, 0), default=0x1000)
    p.add_argument("--key", default="000102030405060708090a0b0c0d0e0fa0a1a2a3", help="AES key and salt, hex")
    p.add_argument("--esn", action="store_true", help="64-bit sequence numbers")
    p.add_argument("--src", default="203.0.113.2", help="outer source, the first with --sources")
    p.add_argument("--dst", default="203.0.113.1", help="outer destination: the gateway")
    p.add_argument("--sport", type=int, default=4500)
    p.add_argument("--sources", type=int, default=1000, help="source addresses of --kind ike")
    p.add_argument("--inner-src", default="10.2.0.1", help="of SA 0; SA i adds i")
    p.add_argument("--inner-dst", default="10.1.0.10")
    p.add_argument("--mac", default="02:00:00:00:00:01", help="the gateway's port")
    args = p.parse_args()
    pcap_write(args.out, esp_packets(args) if args.kind == "esp" else ike_packets(args))


if __name__ == "__main__":
    main()
