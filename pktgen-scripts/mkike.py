#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes a capture of IKE_SA_INIT requests from many addresses, each with an SPI of its own, for ike-flood.lua.

Pktgen repeats a capture for ever. The gateway must reach the sources on the link that the requests come by: take them from that
network (--src), or give the gateway a route to them through Pktgen's address (SRC).
"""
import argparse
import ipaddress
import os
import struct


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
    p.add_argument("--mac", required=True, help="the gateway's port: ip link, or culvertctl show ports")
    p.add_argument("--dst", required=True, help="the gateway's outside address")
    p.add_argument("--src", required=True, help="source of the first request; the others count up from it")
    p.add_argument("--sources", type=int, default=1000, help="source addresses (%(default)s)")
    p.add_argument("--count", type=int, default=16384, help="requests (%(default)s)")
    args = p.parse_args()
    pcap_write(args.out, ike_packets(args))


if __name__ == "__main__":
    main()
