#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Judges a capture that was taken on the internet between two IPsec gateways.

It reads the classic pcap format and takes Ethernet, IPv4, IPv6, UDP and ESP apart with struct alone, so that a mistake in
the gateway's own parsers cannot hide in it. Prints one line; ends with 1 when something is wrong:

  * an inner packet in clear: an inner network in an outer header, the address pair of an inner header anywhere in a
    packet, or the pattern that the pings carry
  * an address other than the --outer ones, or a private one (--hidden) in an outer header
  * ESP as IP protocol 50 (unless --allow-plain-esp)
  * the same explicit IV twice for one destination and SPI (AES-GCM: the end of all secrecy)
  * UDP over IPv6 without its checksum, or, where the capture holds the whole datagram, with a wrong one
  * of the host --cut-by: a fragment with DF, with the ID 0, or with the ID of an earlier packet
  * fewer than --least-esp ESP packets in one of the two directions
"""
import argparse
import ipaddress
import struct
import sys


def packets(path):
    """Yields the Ethernet payload of each IPv4 and IPv6 frame of a capture."""
    with open(path, "rb") as handle:
        data = handle.read()
    if len(data) < 24:
        raise SystemExit(f"{path}: not a capture")
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">"}.get(data[:4])
    if order is None or struct.unpack(order + "I", data[20:24])[0] != 1:
        raise SystemExit(f"{path}: not an Ethernet capture in pcap format")
    at = 24
    while at + 16 <= len(data):
        size = struct.unpack(order + "I", data[at + 8 : at + 12])[0]
        frame = data[at + 16 : at + 16 + size]
        at += 16 + size
        if len(frame) >= 34 and frame[12:14] == b"\x08\x00" or len(frame) >= 54 and frame[12:14] == b"\x86\xdd":
            yield frame[14:]


def udp6_checksum_is_good(packet):
    """Whether the pseudo-header and a whole UDP datagram over IPv6 sum up to ones."""
    udp = packet[40 : 40 + struct.unpack("!H", packet[44:46])[0]]
    data = packet[8:40] + struct.pack("!II", len(udp), 17) + udp + b"\0" * (len(udp) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total >> 16) + (total & 0xFFFF)
    return total == 0xFFFF


class Verdict:
    """Counts what was seen and collects the first few faults of each kind."""

    def __init__(self, options):
        self.inner = [ipaddress.ip_network(net) for net in options.inner]
        self.outer = {ipaddress.ip_address(a).packed for a in options.outer}
        self.hidden = {ipaddress.ip_address(a).packed for a in options.hidden}
        self.pattern = bytes.fromhex(options.pattern)
        self.allow_plain_esp = options.allow_plain_esp
        self.cut_by = ipaddress.ip_address(options.cut_by).packed if options.cut_by else b""
        self.seen_piece = set()
        self.judged = {}  # address -> what is wrong with it
        self.pairs = self.inner_pairs()
        self.seen_iv = set()
        self.esp = {}
        self.ports = set()
        self.count = {"packets": 0, "ike": 0, "keepalive": 0, "other": 0}
        self.faults = {}

    def inner_pairs(self):
        """The first octets of two inner networks as they follow each other in an IP header."""
        prefixes = [net.network_address.packed[: net.prefixlen // 8] for net in self.inner]
        return [(a, b) for a in prefixes for b in prefixes if a != b and len(a) == len(b)]

    def fault(self, kind, detail):
        self.faults.setdefault(kind, []).append(detail)

    def judge(self, packed):
        """What is wrong with an address in an outer header, if anything; there are few of them."""
        if packed not in self.judged:
            if any(ipaddress.ip_address(packed) in net for net in self.inner):
                self.judged[packed] = "inner packet in clear"
            elif packed in self.hidden:
                self.judged[packed] = "private address on the internet"
            else:
                self.judged[packed] = None if packed in self.outer else "unexpected address"
        return self.judged[packed]

    def look_for_clear_text(self, body):
        if self.pattern and self.pattern in body:
            self.fault("pattern of a ping in clear", body[:32].hex())
        for first, second in self.pairs:
            version, size, front = (4, 4, 12) if len(first) < 4 else (6, 16, 8)
            at = body.find(first)
            while at >= 0:
                there = body[at + size : at + size + len(second)]
                if there == second and at >= front and body[at - front] >> 4 == version:
                    self.fault("inner header in clear", body[at - front : at + 2 * size].hex())
                at = body.find(first, at + 1)

    def look_at(self, packet):
        is6 = packet[0] >> 4 == 6
        if is6:
            header, source, destination, protocol = 40, packet[8:24], packet[24:40], packet[6]
            if protocol == 58 and 133 <= packet[40] <= 137 or destination[0] == 0xFF:
                return  # talk of neighbours, which stays on its link
        else:
            header, source, destination, protocol = (packet[0] & 15) * 4, packet[12:16], packet[16:20], packet[9]
        self.count["packets"] += 1
        for address in (source, destination):
            kind = self.judge(address)
            if kind:
                self.fault(kind, str(ipaddress.ip_address(address)))
        self.look_for_clear_text(packet[header:])
        is_cut, offset = False, 0
        if is6 and protocol == 44:
            header, protocol, place = 48, packet[40], struct.unpack("!H", packet[42:44])[0]
            is_cut, offset = True, place & 0xFFF8
        elif not is6:
            place = struct.unpack("!H", packet[6:8])[0]
            is_cut, offset = place & 0x3FFF != 0, (place & 0x1FFF) * 8
        if is_cut and source == self.cut_by:
            self.look_at_piece(packet, is6, offset)
        if offset:
            self.count["other"] += 1
        elif protocol == 17:
            if is6:
                self.look_at_checksum(packet, header)
            self.look_at_udp(source, destination, packet[header:])
        elif protocol == 50:
            if not self.allow_plain_esp:
                self.fault("ESP outside of UDP", str(ipaddress.ip_address(source)))
            self.look_at_esp(source, destination, packet[header:])
        else:
            self.count["other"] += 1

    def look_at_piece(self, packet, is6, offset):
        ident = packet[44:48] if is6 else packet[4:6]
        if not is6 and packet[6] & 0x40:
            self.fault("fragment with DF", packet[:20].hex())
        if not is6 and ident == b"\0\0":
            self.fault("fragment with the ID 0", packet[:20].hex())
        key = (packet[24:40] if is6 else packet[16:20], ident, offset)
        if key in self.seen_piece:
            self.fault("ID of a fragment used twice", packet[:48].hex())
        self.seen_piece.add(key)

    def look_at_checksum(self, packet, header):
        """Of a datagram that was cut, only that there is one."""
        if packet[header + 6:header + 8] == b"\0\0":
            self.fault("UDP over IPv6 without checksum", packet[:48].hex())
        elif header == 40 and len(packet) >= 40 + struct.unpack("!H", packet[4:6])[0] and not udp6_checksum_is_good(packet):
            self.fault("UDP over IPv6 with a wrong checksum", packet[:48].hex())

    def look_at_udp(self, source, destination, udp):
        ports = struct.unpack("!HH", udp[:4])
        body = udp[8:]
        if 4500 not in ports:
            self.count["ike" if 500 in ports else "other"] += 1
        elif body == b"\xff" or body[:1] == b"\xff" and struct.unpack("!H", udp[4:6])[0] == 9:
            self.count["keepalive"] += 1
        elif body[:4] == b"\0\0\0\0":
            self.count["ike"] += 1
        else:
            self.ports.add((source, ports[0]))
            self.look_at_esp(source, destination, body)

    def look_at_esp(self, source, destination, body):
        if len(body) < 16:
            self.fault("ESP too short", body.hex())
            return
        key = (destination, body[:4], body[8:16])
        if key in self.seen_iv:
            self.fault("IV used twice", f"SPI {body[:4].hex()} IV {body[8:16].hex()}")
        self.seen_iv.add(key)
        way = (source, destination)
        self.esp[way] = self.esp.get(way, 0) + 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("capture")
    parser.add_argument("--inner", action="append", default=[], help="an inner network")
    parser.add_argument("--outer", action="append", default=[], help="an address that belongs on the internet")
    parser.add_argument("--hidden", action="append", default=[], help="a private address behind a NAT")
    parser.add_argument("--pattern", default="", help="bytes, in hexadecimal, that must never be seen")
    parser.add_argument("--least-esp", type=int, default=1)
    parser.add_argument("--allow-plain-esp", action="store_true")
    parser.add_argument("--cut-by", help="a host whose fragments are judged and counted")
    parser.add_argument("--spis-to", help="only print how many SPIs carried ESP towards this address")
    options = parser.parse_args()
    verdict = Verdict(options)
    for packet in packets(options.capture):
        verdict.look_at(packet)
    if options.spis_to:
        there = ipaddress.ip_address(options.spis_to).packed
        print(len({spi for destination, spi, _ in verdict.seen_iv if destination == there}))
        return 0
    if options.least_esp and len(verdict.esp) < 2:
        verdict.fault("ESP in fewer than two directions", str(len(verdict.esp)))
    for way, number in verdict.esp.items():
        if number < options.least_esp:
            verdict.fault("too little ESP", f"{number} from {ipaddress.ip_address(way[0])}")
    esp = sum(verdict.esp.values())
    print(f"{verdict.count['packets']} packets, {esp} ESP, {verdict.count['ike']} IKE, "
          f"{verdict.count['keepalive']} keepalives, {len(verdict.seen_iv)} distinct (SPI, IV), "
          f"{len(verdict.ports)} ESP sources" + (f", {len(verdict.seen_piece)} fragments" if options.cut_by else ""))
    for kind, details in verdict.faults.items():
        print(f"{kind}: {len(details)} times, first {details[0]}")
    return 1 if verdict.faults else 0


if __name__ == "__main__":
    sys.exit(main())
