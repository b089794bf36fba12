# SPDX-License-Identifier: BSD-3-Clause
"""ESP by the letter of RFC 4303, 4106, 7634, 3602, 4309, 2451, 4868 and 2410 on python3-cryptography and hashlib: a second opinion that
shares no line with the data path. Packets are bytes from the IP header on. Sequence numbers are 64 bits wide."""
import hmac
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305

IPIP, UDP, IPV6, ESP, NONE = 4, 17, 41, 50, 59
#         key with salt, IV, block, tag
CIPHERS = {
    "aes128gcm16": (20, 8, 4, 16),
    "aes192gcm16": (28, 8, 4, 16),
    "aes256gcm16": (36, 8, 4, 16),
    "chacha20poly1305": (36, 8, 4, 16),
    "aes128ccm8": (19, 8, 4, 8),
    "aes256ccm16": (35, 8, 4, 16),
    "3des": (24, 8, 8, 0),
    "aes128": (16, 16, 16, 0),
    "aes192": (24, 16, 16, 0),
    "aes256": (32, 16, 16, 0),
    "null": (0, 0, 4, 0),
}
#         key, tag
HASHES = {"sha1": (20, 12), "sha256": (32, 16), "sha384": (48, 24), "sha512": (64, 32)}
OUTER = {4: (bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])),
         6: (bytes.fromhex("20010db8") + bytes(11) + b"\1", bytes.fromhex("20010db8") + bytes(11) + b"\2")}


class Wrong(Exception):
    """A packet that does not say what it should."""


def want(condition, what):
    if not condition:
        raise Wrong(what)


def aead_make(encr, key, tag):
    """The cipher of an AEAD and its salt."""
    if "ccm" in encr:
        return AESCCM(key[:-3], tag), key[-3:]
    return (AESGCM if "gcm" in encr else ChaCha20Poly1305)(key[:-4]), key[-4:]


class Direction:
    """Keys of one direction."""

    def __init__(self, spi, encr, integ, esn, key, auth):
        self.spi, self.encr, self.integ, self.esn, self.key, self.auth = spi, encr, integ, esn, key, auth
        key_bytes, self.iv_bytes, self.align, self.tag = CIPHERS[encr]
        want(len(key) == key_bytes, "key length")
        if integ:
            want(len(auth) == HASHES[integ][0], "length of the integrity key")
            self.tag = HASHES[integ][1]
        self.aead = None
        if not integ:
            self.aead, self.salt = aead_make(encr, key, self.tag)

    def cbc(self, iv):
        return Cipher((algorithms.TripleDES if self.encr == "3des" else algorithms.AES)(self.key), modes.CBC(iv))

    def aad(self, seq):
        if self.esn:
            return struct.pack("!IQ", self.spi, seq)
        return struct.pack("!II", self.spi, seq)

    def mac(self, data, seq):
        if self.esn:
            data += struct.pack("!I", seq >> 32)
        return hmac.digest(self.auth, data, self.integ)[:self.tag]

    def seal(self, seq, inner, next_header, iv, trailer=None):
        """The ESP packet. trailer: all that stands behind the inner packet, when it is not to be the usual one."""
        if trailer is None:
            pad = -(len(inner) + 2) % self.align
            trailer = bytes(range(1, pad + 1)) + bytes([pad, next_header])
        text = inner + trailer
        head = struct.pack("!II", self.spi, seq & 0xffffffff) + iv
        if self.aead:
            return head + self.aead.encrypt(self.salt + iv, text, self.aad(seq))
        if self.encr != "null":
            cbc = self.cbc(iv).encryptor()
            text = cbc.update(text) + cbc.finalize()
        return head + text + self.mac(head + text, seq)

    def open(self, esp, seq):
        """Inner packet, next header and IV of an ESP packet with this sequence number and the usual padding."""
        spi, low = struct.unpack_from("!II", esp)
        want(spi == self.spi, f"SPI {spi:08x}")
        want(low == seq & 0xffffffff, f"sequence number {low}, not {seq & 0xffffffff}")
        want((len(esp) - 8 - self.iv_bytes - self.tag) % self.align == 0, "alignment")
        iv, end = esp[8:8 + self.iv_bytes], len(esp) - self.tag
        if self.aead:
            try:
                text = self.aead.decrypt(self.salt + iv, esp[16:], self.aad(seq))
            except InvalidTag:
                raise Wrong("tag") from None
        else:
            want(self.mac(esp[:end], seq) == esp[end:], "ICV")
            text = esp[8 + self.iv_bytes:end]
            if self.encr != "null":
                cbc = self.cbc(iv).decryptor()
                text = cbc.update(text) + cbc.finalize()
        pad = text[-2]
        inner = text[:-2 - pad]
        want(text[-2 - pad:-2] == bytes(range(1, pad + 1)), "padding")
        want(pad == -(len(inner) + 2) % self.align, "more padding than needed")
        return inner, text[-1], iv


def cksum(data, start=0):
    """The Internet checksum (RFC 1071); 0 over data that holds a right one."""
    if len(data) % 2:
        data += b"\0"
    total = start + sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def pseudo6(src, dst, length, proto):
    return src + dst + struct.pack("!II", length, proto)


def ip4(src, dst, proto, payload, tos=0, ttl=64, ident=0, flags=0x4000):
    head = struct.pack("!BBHHHBBH", 0x45, tos, 20 + len(payload), ident, flags, ttl, proto, 0) + src + dst
    return head[:10] + struct.pack("!H", cksum(head)) + head[12:] + payload


def ip6(src, dst, proto, payload, tos=0, ttl=64, flow=0):
    return struct.pack("!IHBB", 6 << 28 | tos << 20 | flow, len(payload), proto, ttl) + src + dst + payload


def outer_make(version, encap, esp, tos=0):
    """From the peer to the gateway."""
    ours, peers = OUTER[version]
    if encap:
        udp = struct.pack("!HHHH", 4500, 4500, 8 + len(esp), 0) + esp
        if version == 6:
            total = cksum(pseudo6(peers, ours, len(udp), UDP) + udp) or 0xffff
            udp = udp[:6] + struct.pack("!H", total) + esp
        esp = udp
    return (ip4 if version == 4 else ip6)(peers, ours, UDP if encap else ESP, esp, tos)


def outer_split(packet, version, encap, tos):
    """The ESP packet in one that the gateway sent, when everything before it is right."""
    ours, peers = OUTER[version]
    want(packet[0] >> 4 == version, "outer version")
    if version == 4:
        want(packet[0] == 0x45 and struct.unpack_from("!H", packet, 2)[0] == len(packet), "outer length")
        want(cksum(packet[:20]) == 0, "outer checksum")
        want(packet[1] == tos, f"outer TOS {packet[1]}, not {tos}")
        want(packet[6:8] == b"\x40\0", "outer DF")
        ttl, proto, src, dst, at = packet[8], packet[9], packet[12:16], packet[16:20], 20
    else:
        want(struct.unpack_from("!H", packet, 4)[0] == len(packet) - 40, "outer length")
        want(struct.unpack_from("!I", packet)[0] >> 20 & 0xff == tos, "outer traffic class")
        ttl, proto, src, dst, at = packet[7], packet[6], packet[8:24], packet[24:40], 40
    want(ttl == 64, "outer TTL")
    want((src, dst) == (ours, peers), "outer addresses")
    want(proto == (UDP if encap else ESP), "outer protocol")
    if not encap:
        return packet[at:]
    sport, dport, length, total = struct.unpack_from("!HHHH", packet, at)
    want((sport, dport, length) == (4500, 4500, len(packet) - at), "UDP header")
    if version == 4:
        want(total == 0, "UDP checksum over IPv4 is not 0 (RFC 3948 2.1)")
    else:
        want(total and cksum(pseudo6(src, dst, length, UDP) + packet[at:]) == 0, "UDP checksum over IPv6")
    return packet[at + 8:]


def hop(packet):
    """The packet behind a router."""
    if packet[0] >> 4 == 6:
        return packet[:7] + bytes([packet[7] - 1]) + packet[8:]
    head = packet[:8] + bytes([packet[8] - 1]) + packet[9:10] + b"\0\0" + packet[12:20]
    return head[:10] + struct.pack("!H", cksum(head)) + head[12:] + packet[20:]
