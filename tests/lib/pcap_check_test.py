#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Each fault that pcap_check.py exists for is put into a capture of its own and must be found; a clean one must pass."""
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile
import unittest

CHECKER = pathlib.Path(__file__).with_name("pcap_check.py")
A, B = "203.0.113.2", "198.51.100.2"
PATTERN = "c17ba5e0ddf00d5e"


def ip4(source, destination, protocol, body):
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 0, 0, 64, protocol, 0,
                         socket.inet_aton(source), socket.inet_aton(destination))
    return header + body


def udp(sport, dport, body):
    return struct.pack("!HHHH", sport, dport, 8 + len(body), 0) + body


def esp(spi, iv, body=b"\x5a" * 64):
    return struct.pack("!IIQ", spi, iv & 0xFFFFFFFF, iv) + body


def in_udp(source, destination, spi, iv, **kw):
    return ip4(source, destination, 17, udp(4500, 4500, esp(spi, iv, **kw)))


def udp6(source, destination, body, right=True):
    addresses = socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, destination)
    data = addresses + struct.pack("!II", 8 + len(body), 17) + udp(4500, 4500, body)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    total = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
    whole = struct.pack("!HHHH", 4500, 4500, 8 + len(body), total if right else total ^ 0x100) + body
    return struct.pack("!IHBB", 0x60000000, len(whole), 17, 64) + addresses + whole


def ip4_piece(packet, ident, place):
    """A packet with another ID and these flags and offset."""
    return packet[:4] + struct.pack("!HH", ident, place) + packet[8:]


def ip6_piece(packet, ident, place):
    """A packet with a fragment header."""
    head = packet[:4] + struct.pack("!HB", len(packet) - 32, 44) + packet[7:40]
    return head + struct.pack("!BBHI", packet[6], 0, place, ident) + packet[40:]


CLEAN = [ip4(A, B, 17, udp(500, 500, b"\1" * 40)), ip4(A, B, 17, udp(4500, 4500, b"\0" * 4 + b"\1" * 40)),
         ip4(A, B, 17, udp(4500, 4500, b"\xff")),
         in_udp(A, B, 0x1001, 1), in_udp(B, A, 0x2002, 1), in_udp(A, B, 0x1001, 2), in_udp(B, A, 0x2002, 2)]


class CaptureChecker(unittest.TestCase):
    def check(self, packets, *arguments):
        with tempfile.NamedTemporaryFile(suffix=".pcap") as capture:
            capture.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
            for packet in packets:
                frame = b"\2" * 12 + (b"\x08\x00" if packet[0] >> 4 == 4 else b"\x86\xdd") + packet
                capture.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)
            capture.flush()
            run = subprocess.run([sys.executable, CHECKER, "--inner", "10.1.0.0/24", "--inner", "10.2.0.0/24", "--outer", A,
                                  "--outer", B, "--hidden", "192.168.1.10", "--pattern", PATTERN, *arguments, capture.name],
                                 capture_output=True, text=True, check=False)
        return run.returncode, run.stdout

    def refused(self, packets, words, *arguments):
        status, told = self.check(packets, *arguments)
        self.assertEqual(status, 1, told)
        self.assertIn(words, told)

    def test_clean_capture_passes(self):
        status, told = self.check(CLEAN)
        self.assertEqual((status, "4 ESP" in told, "1 keepalives" in told), (0, True, True), told)

    def test_inner_packet_in_clear_is_found(self):
        self.refused(CLEAN + [ip4("10.1.0.10", "10.2.0.10", 1, b"\8\0" + b"\0" * 30)], "inner packet in clear")

    def test_inner_header_behind_an_esp_header_is_found(self):
        self.refused(CLEAN + [in_udp(A, B, 0x1001, 3, body=ip4("10.1.0.10", "10.2.0.10", 6, b"\0" * 20))], "inner header in clear")

    def test_ping_pattern_is_found_anywhere(self):
        self.refused(CLEAN + [in_udp(A, B, 0x1001, 3, body=b"\0" * 33 + bytes.fromhex(PATTERN))], "pattern of a ping")

    def test_private_address_is_found(self):
        self.refused(CLEAN + [in_udp("192.168.1.10", B, 0x1001, 3)], "private address on the internet")

    def test_unexpected_address_is_found(self):
        self.refused(CLEAN + [in_udp("192.0.2.99", B, 0x1001, 3)], "unexpected address")

    def test_second_use_of_an_iv_is_found(self):
        self.refused(CLEAN + [in_udp(A, B, 0x1001, 2)], "IV used twice")

    def test_same_iv_under_another_spi_is_fine(self):
        self.assertEqual(self.check(CLEAN + [in_udp(A, B, 0x1003, 2)])[0], 0)

    def test_esp_outside_of_udp_is_found_unless_allowed(self):
        packets = CLEAN + [ip4(A, B, 50, esp(0x1001, 3))]
        self.refused(packets, "ESP outside of UDP")
        self.assertEqual(self.check(packets, "--allow-plain-esp")[0], 0)

    def test_ipv6_is_judged_as_well(self):
        a, b = "2001:db8:a1::2", "2001:db8:b1::2"
        outer = ("--outer", a, "--outer", b, "--inner", "fd00:a::/64", "--inner", "fd00:b::/64")
        packets = CLEAN + [udp6(a, b, esp(0x1004, 1)), udp6(b, a, esp(0x2004, 1))]
        self.assertEqual(self.check(packets, *outer)[0], 0)
        inner = udp6("fd00:a::10", "fd00:b::10", b"\0" * 8)
        self.refused(packets + [inner], "inner packet in clear", *outer)
        self.refused(packets + [udp6(a, b, esp(0x1004, 2, inner + b"\0" * 12))], "inner header in clear", *outer)
        self.refused(packets + [udp6(a, b, esp(0x1004, 2), right=False)], "wrong checksum", *outer)
        without = bytearray(udp6(a, b, esp(0x1004, 2)))
        without[46:48] = b"\0\0"
        self.refused(packets + [bytes(without)], "without checksum", *outer)
        self.refused(packets + [udp6(a, "2001:db8::9", esp(0x1004, 2))], "unexpected address", *outer)

    def test_fragments_are_judged(self):
        whole, cut_by = in_udp(A, B, 0x1001, 3), ("--cut-by", A)
        first, last = ip4_piece(whole, 7, 0x2000), ip4_piece(whole, 7, 3)
        status, told = self.check(CLEAN + [first, last], *cut_by)
        self.assertEqual((status, "5 ESP" in told, "2 fragments" in told), (0, True, True), told)
        self.refused(CLEAN + [first, last, ip4_piece(in_udp(A, B, 0x1001, 4), 7, 0x2000)], "ID of a fragment used twice", *cut_by)
        self.refused(CLEAN + [ip4_piece(whole, 7, 0x6000)], "fragment with DF", *cut_by)
        self.refused(CLEAN + [ip4_piece(whole, 0, 0x2000)], "fragment with the ID 0", *cut_by)
        self.refused(CLEAN + [ip4_piece(in_udp(A, B, 0x1001, 2), 8, 0x2000)], "IV used twice", *cut_by)
        self.assertEqual(self.check(CLEAN + [ip4_piece(whole, 0, 0x6000)])[0], 0)

    def test_fragments_over_ipv6_are_judged(self):
        a, b = "2001:db8:a1::2", "2001:db8:b1::2"
        outer = ("--outer", a, "--outer", b, "--cut-by", a)
        first, last = ip6_piece(udp6(a, b, esp(0x1004, 1)), 7, 1), ip6_piece(udp6(a, b, esp(0x1004, 1)), 7, 24)
        status, told = self.check(CLEAN + [first, last, udp6(b, a, esp(0x2004, 1))], *outer)
        self.assertEqual((status, "6 ESP" in told, "2 fragments" in told), (0, True, True), told)
        self.refused(CLEAN + [first, last, ip6_piece(udp6(a, b, esp(0x1004, 2)), 7, 1)], "ID of a fragment used twice", *outer)
        self.refused(CLEAN + [first, ip6_piece(udp6(a, b, esp(0x1004, 1)), 8, 1)], "IV used twice", *outer)
        without = bytearray(first)
        without[54:56] = b"\0\0"
        self.refused(CLEAN + [bytes(without)], "without checksum", *outer)

    def test_silence_is_not_a_proof(self):
        self.refused(CLEAN[:3], "fewer than two directions")
        self.refused(CLEAN, "too little ESP", "--least-esp", "3")


if __name__ == "__main__":
    unittest.main(verbosity=0)
