#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Calls a gateway by an IKE_SA_INIT of so many bytes, most of them a vendor ID, which leaves in IP fragments. A cookie that is
asked for is given back. Prints what came back, in order: COOKIE, SA, NOTIFY and its number, or nothing."""
import argparse
import os
import socket
import struct

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SA, KE, NONCE, NOTIFY, VENDOR = 33, 34, 40, 41, 43
X25519, COOKIE = 31, 16390


def transform(last, kind, number, key_bits=0):
    attribute = struct.pack("!HH", 0x800E, key_bits) if key_bits else b""
    return struct.pack("!BBHBBH", 0 if last else 3, 0, 8 + len(attribute), kind, 0, number) + attribute


def proposal():
    """AES-GCM-16-128, PRF-HMAC-SHA2-256, X25519."""
    body = transform(False, 1, 20, 128) + transform(False, 2, 5) + transform(True, 4, X25519)
    return struct.pack("!BBHBBBB", 0, 0, 8 + len(body), 1, 1, 0, 3) + body


def message(spi, payloads):
    """A request of these (type, body)."""
    chain = b""
    for number, (_, body) in enumerate(payloads):
        follows = payloads[number + 1][0] if number + 1 < len(payloads) else 0
        chain += struct.pack("!BBH", follows, 0, 4 + len(body)) + body
    return spi + bytes(8) + struct.pack("!BBBBII", payloads[0][0], 0x20, 34, 8, 0, 28 + len(chain)) + chain


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("bytes", type=int)
    options = parser.parse_args()
    family = socket.AF_INET6 if ":" in options.target else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.settimeout(2)
    if family == socket.AF_INET:
        sock.setsockopt(socket.IPPROTO_IP, 10, 0)       # IP_MTU_DISCOVER: the kernel cuts
    public = X25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    payloads = [(SA, proposal()), (KE, struct.pack("!HH", X25519, 0) + public), (NONCE, os.urandom(32))]
    spi, said, cookie = os.urandom(8), [], []
    for _ in range(2):
        room = options.bytes - len(message(spi, cookie + payloads)) - 4
        sock.sendto(message(spi, cookie + payloads + [(VENDOR, os.urandom(room))]), (options.target, 500))
        try:
            answer = sock.recv(65535)
        except socket.timeout:
            break
        first, kind = answer[16], struct.unpack_from("!H", answer, 34)[0]
        said.append("SA" if first == SA else "COOKIE" if kind == COOKIE else f"NOTIFY {kind}")
        if said[-1] != "COOKIE":
            break
        cookie = [(NOTIFY, answer[32:28 + struct.unpack_from("!H", answer, 30)[0]])]
    print(" ".join(said))


if __name__ == "__main__":
    main()
