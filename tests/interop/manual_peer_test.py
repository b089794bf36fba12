#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What manual_peer.py takes for an answer: each thing that may be wrong with one is made wrong. Needs no cryptography."""
import ipaddress
import sys
import types
import unittest

for name in ("cryptography", "cryptography.exceptions", "cryptography.hazmat", "cryptography.hazmat.primitives",
             "cryptography.hazmat.primitives.ciphers", "cryptography.hazmat.primitives.ciphers.aead"):
    sys.modules[name] = types.ModuleType(name)
sys.modules["cryptography.exceptions"].InvalidTag = ValueError
sys.modules["cryptography.hazmat.primitives.ciphers.aead"].AESGCM = object
import manual_peer  # noqa: E402, which is found beside this file

HOST, SOURCE = ipaddress.IPv4Address("10.1.0.10"), ipaddress.IPv4Address("10.8.0.1")
PATTERN = bytes.fromhex("c17ba5e0ddf00d5e") * 7


def answer():
    packet = bytearray(manual_peer.echo(HOST, SOURCE, 2, 7, PATTERN))
    packet[20] = 0
    return packet


class Answers(unittest.TestCase):
    def is_taken(self, packet):
        return manual_peer.is_answer(bytes(packet), HOST, SOURCE, PATTERN)

    def test_a_good_one_is_taken(self):
        self.assertTrue(self.is_taken(answer()))

    def test_what_differs_is_not(self):
        for at in (12, 19, 20, 21, 28, len(answer()) - 1):
            packet = answer()
            packet[at] ^= 1
            self.assertFalse(self.is_taken(packet), f"byte {at}")

    def test_what_is_shorter_or_longer_is_not(self):
        self.assertFalse(self.is_taken(answer()[:-1]))
        self.assertFalse(self.is_taken(answer() + b"\0"))


if __name__ == "__main__":
    unittest.main()
