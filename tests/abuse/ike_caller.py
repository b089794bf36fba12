# SPDX-License-Identifier: BSD-3-Clause
"""An IKEv2 initiator for hostile and honest callers: IKE_SA_INIT with a cookie where one is asked for, IKE_AUTH with a
pre-shared key, answers to liveness checks, and no more. One suite: AES-GCM-128, HMAC-SHA2-256, X25519 or (never finished)
MODP-4096."""
import hashlib
import hmac
import os
import socket
import struct

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SA, KE, IDI, AUTH, NONCE, NOTIFY, DELETE, TSI, TSR, SK = 33, 34, 35, 39, 40, 41, 42, 44, 45, 46
INIT, IKE_AUTH, INFORMATIONAL = 34, 35, 37
COOKIE = 16390
X25519, MODP_4096 = 31, 16
FROM_INITIATOR, RESPONSE = 0x08, 0x20


def prf(key, *parts):
    return hmac.new(key, b"".join(parts), hashlib.sha256).digest()


def prf_plus(key, seed, size):
    out = last = b""
    while len(out) < size:
        last = prf(key, last, seed, bytes([len(out) // 32 + 1]))
        out += last
    return out[:size]


def transforms(*rows):
    out = b""
    for i, (kind, number, bits) in enumerate(rows):
        attribute = struct.pack(">HH", 0x800E, bits) if bits else b""
        more = 0 if i == len(rows) - 1 else 3
        out += struct.pack(">BBHBBH", more, 0, 8 + len(attribute), kind, 0, number) + attribute
    return out


def proposal(protocol, spi, *rows):
    body = transforms(*rows)
    return struct.pack(">BBHBBBB", 0, 0, 8 + len(spi) + len(body), 1, protocol, len(spi), len(rows)) + spi + body


def notify(number, data=b""):
    return struct.pack(">BBH", 0, 0, number) + data


def chain(*payloads):
    """The first type, and the payloads (type, body) one behind the other."""
    out = b""
    for i, (_, body) in enumerate(payloads):
        following = payloads[i + 1][0] if i + 1 < len(payloads) else 0
        out += struct.pack(">BBH", following, 0, 4 + len(body)) + body
    return payloads[0][0], out


def message(spi_i, spi_r, first, exchange, flags, number, body):
    return spi_i + spi_r + struct.pack(">BBBBII", first, 0x20, exchange, flags, number, 28 + len(body)) + body


def payloads(first, data):
    """[(type, body)] of a chain."""
    out = []
    while first and len(data) >= 4:
        following, _, size = struct.unpack(">BBH", data[:4])
        out.append((first, data[4:size]))
        first, data = following, data[size:]
    return out


def cookie_of(answer):
    """The cookie that an answer to IKE_SA_INIT asks for, or None."""
    for kind, body in payloads(answer[16], answer[28:]):
        if kind == NOTIFY and struct.unpack(">H", body[2:4])[0] == COOKIE:
            return body[4:]
    return None


def init_request(spi, nonce, group, public, cookie=None):
    offer = proposal(1, b"", (1, 20, 128), (2, 5, 0), (4, group, 0))
    # Longer than its answer, so that no cookie is needed for that.
    parts = [(SA, offer), (KE, struct.pack(">HH", group, 0) + public), (NONCE, nonce), (43, bytes(200))]
    if cookie is not None:
        parts.insert(0, (NOTIFY, notify(COOKIE, cookie)))
    first, body = chain(*parts)
    return message(spi, bytes(8), first, INIT, FROM_INITIATOR, 0, body)


class Caller:
    """One IKE SA to be. Raises OSError when nobody answers."""

    def __init__(self, target, source="", tries=4):
        self.target, self.tries = (target, 500), tries
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((source, 0))
        self.next_id, self.iv = 1, 0
        self.checks = 0  # liveness checks of the peer that were answered

    def ask(self, request):
        """Sends it until something comes back, as an honest peer does."""
        wait = 0.5
        for _ in range(self.tries):
            self.sock.sendto(request, self.target)
            self.sock.settimeout(wait)
            try:
                return self.sock.recv(8192)
            except socket.timeout:
                wait *= 1.8
        raise TimeoutError("no answer")

    def init(self):
        """IKE_SA_INIT. Whether it was answered with keys."""
        self.spi, self.nonce, key = os.urandom(8), os.urandom(32), X25519PrivateKey.generate()
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.request, cookie = None, None
        for _ in range(3):
            self.request = init_request(self.spi, self.nonce, X25519, public, cookie)
            self.answer = self.ask(self.request)
            cookie = cookie_of(self.answer)
            if cookie is None:
                break
        if self.answer[8:16] == bytes(8):
            return False
        found = dict(payloads(self.answer[16], self.answer[28:]))
        self.spi_r, self.nonce_r = self.answer[8:16], found[NONCE]
        shared = key.exchange(X25519PublicKey.from_public_bytes(found[KE][4:]))
        seed = prf(self.nonce + self.nonce_r, shared)
        keys = prf_plus(seed, self.nonce + self.nonce_r + self.spi + self.spi_r, 32 + 20 + 20 + 32 + 32)
        self.derive_key, self.seal_key, self.open_key, self.prove_key = keys[:32], keys[32:52], keys[52:72], keys[72:104]
        return True

    def seal(self, exchange, flags, number, first, body):
        self.iv += 1
        iv = struct.pack(">Q", self.iv)
        plain = body + b"\0"
        size = 4 + 8 + len(plain) + 16
        head = self.spi + self.spi_r + struct.pack(">BBBBII", SK, 0x20, exchange, flags, number, 28 + size)
        head += struct.pack(">BBH", first, 0, size)
        return head + iv + AESGCM(self.seal_key[:16]).encrypt(self.seal_key[16:] + iv, plain, head)

    def open(self, data):
        """[(type, body)] of a protected message."""
        iv = data[32:40]
        plain = AESGCM(self.open_key[:16]).decrypt(self.open_key[16:] + iv, data[40:], data[:32])
        return payloads(data[28], plain[: -1 - plain[-1]])

    def auth(self, kind, name, psk, local="10.1.0.0/24", remote="10.2.0.0/24"):
        """IKE_AUTH as who; without a key the proof is noise. Whether the peer accepted it."""
        who = bytes([kind, 0, 0, 0]) + name
        signed = self.request + self.nonce_r + prf(self.prove_key, who)
        proof = prf(prf(psk, b"Key Pad for IKEv2"), signed) if psk else os.urandom(32)
        child = proposal(3, os.urandom(4), (1, 20, 128), (5, 0, 0))
        first, body = chain((IDI, who), (AUTH, bytes([2, 0, 0, 0]) + proof), (SA, child), (TSI, selector(local)),
                            (TSR, selector(remote)))
        answer = dict(self.open(self.exchange(IKE_AUTH, first, body)))
        self.spi_out = answer[SA][8:12] if SA in answer else None
        return AUTH in answer

    def exchange(self, exchange, first, body):
        """A protected request of ours; requests of the peer that come before its answer are answered."""
        request = self.seal(exchange, FROM_INITIATOR, self.next_id, first, body)
        self.next_id += 1
        answer = self.ask(request)
        while not answer[19] & RESPONSE:
            self.serve(answer)
            answer = self.ask(request)
        return answer

    def serve(self, data):
        """Answers a request of the peer with an empty message."""
        if data[18] == INFORMATIONAL and not data[19] & RESPONSE:
            number = struct.unpack(">I", data[20:24])[0]
            self.sock.sendto(self.seal(INFORMATIONAL, FROM_INITIATOR | RESPONSE, number, 0, b""), self.target)
            self.checks += 1

    def close(self):
        """Deletes the IKE SA and leaves."""
        first, body = chain((DELETE, bytes([1, 0, 0, 0])))
        try:
            self.exchange(INFORMATIONAL, first, body)
        finally:
            self.sock.close()


def selector(prefix):
    address, bits = prefix.split("/")
    low = struct.unpack(">I", socket.inet_aton(address))[0]
    high = low | (1 << 32 - int(bits)) - 1
    return struct.pack(">B3xBBHHHII", 1, 7, 0, 16, 0, 65535, low, high)
