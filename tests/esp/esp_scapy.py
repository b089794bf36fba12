# SPDX-License-Identifier: BSD-3-Clause
"""A sample of sizes of every case against scapy's IPsec layer. What scapy 2.5 lacks is added here: the high half of an extended
sequence number in HMACs (RFC 4303 2.2.1, scapy 2.6 has it), and the length of the UDP header."""
import copy
import struct

from cryptography.hazmat.primitives.hmac import HMAC
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.ipsec import ESP, SecurityAssociation

import esp_ref
from esp_pipe import Tunnel
from esp_ref import want

CRYPT = {"aes128gcm16": "AES-GCM", "aes192gcm16": "AES-GCM", "aes256gcm16": "AES-GCM",
         "chacha20poly1305": "CHACHA20-POLY1305", "aes256ccm16": "AES-CCM", "3des": "3DES",
         "aes128": "AES-CBC", "aes192": "AES-CBC", "aes256": "AES-CBC", "null": "NULL"}
AUTH = {"": None, "sha1": "HMAC-SHA1-96", "sha256": "SHA2-256-128", "sha384": "SHA2-384-192", "sha512": "SHA2-512-256"}
SIZES = [0, 1, 2, 3, 7, 12, 13, 14, 15, 16, 17, 100, 1399, 8999, 9000]


class EsnHmac:
    """HMAC that ends with the high half of the sequence number."""

    def __init__(self, key, digest, backend, sa):
        self.mac, self.sa = HMAC(key, digest, backend), sa

    def update(self, data):
        self.mac.update(data)

    def finalize(self):
        self.mac.update(struct.pack("!I", self.sa.esn))
        return self.mac.finalize()


def hmac_has_esn():
    """Whether scapy's ICV depends on the high half of the sequence number."""
    def sealed(esn):
        sa = SecurityAssociation(ESP, spi=256, crypt_algo="NULL", auth_algo="HMAC-SHA1-96", auth_key=bytes(20), esn_en=True,
                                 esn=esn)
        return bytes(sa.encrypt(IP(src="192.0.2.1", dst="192.0.2.2") / UDP(), seq_num=1))
    return sealed(0) != sealed(1)


HMAC_HAS_ESN = hmac_has_esn()


def association(direction, tunnel, src, dst):
    outer = (IP if tunnel.outer == 4 else IPv6)(src=src, dst=dst)
    sa = SecurityAssociation(ESP, spi=direction.spi, crypt_algo=CRYPT[direction.encr], crypt_key=direction.key or None,
                             auth_algo=AUTH[direction.integ], auth_key=direction.auth or None, tunnel_header=outer,
                             nat_t_header=UDP(sport=4500, dport=4500) if tunnel.encap else None, esn_en=bool(tunnel.esn))
    if tunnel.esn and direction.integ and not HMAC_HAS_ESN:
        sa.auth_algo = copy.copy(sa.auth_algo)
        sa.auth_algo.mac = lambda key, digest, backend: EsnHmac(key, digest, backend, sa)
    return sa


def esp_of(packet, tunnel):
    return packet[(20 if tunnel.outer == 4 else 40) + 8 * tunnel.encap:]


def round_trip(gateway, tunnel, size):
    ends = ("192.0.2.1", "192.0.2.2") if tunnel.outer == 4 else ("2001:db8::1", "2001:db8::2")
    version = IP if tunnel.inner == 4 else IPv6
    what = f"{size} bytes, outer IPv{tunnel.outer}, encap {tunnel.encap}"
    # The gateway seals, scapy opens.
    plain = tunnel.packet(size, True)
    drops, out = gateway.passes("I", [plain])
    want(not drops and len(out) == 1, f"sealed, {what}: {drops}")
    tunnel.seq += 1
    sa = association(tunnel.outgoing, tunnel, *ends)
    sa.esn = tunnel.seq >> 32
    outer = (IP if tunnel.outer == 4 else IPv6)(out[0][1])
    want(outer[ESP].seq == tunnel.seq & 0xffffffff, f"sealed, {what}: sequence number")
    want(bytes(sa.decrypt(outer)) == esp_ref.hop(plain), f"sealed, {what}: inner packet")
    # scapy seals, the gateway opens.
    plain = tunnel.packet(size, False)
    tunnel.top += 1
    sa = association(tunnel.incoming, tunnel, ends[1], ends[0])
    sa.esn = tunnel.top >> 32
    sealed = bytes(sa.encrypt(version(plain), seq_num=tunnel.top & 0xffffffff))
    drops, out = gateway.passes("O", [esp_ref.outer_make(tunnel.outer, tunnel.encap, esp_of(sealed, tunnel))])
    want(not drops and out == [("I", esp_ref.hop(plain))], f"opened, {what}: {drops}")


def sample(gateway, algorithms, shapes, start_esn):
    for encr, integ in algorithms:
        for inner in (4, 6):
            for esn in (0, 1):
                for outer, encap in shapes:
                    tunnel = Tunnel(gateway, encr, integ, esn, encap, outer, inner, start=start_esn if esn else 0)
                    for size in SIZES:
                        try:
                            round_trip(gateway, tunnel, size)
                        except (esp_ref.Wrong, Exception) as wrong:
                            raise esp_ref.Wrong(f"{encr} {integ} inner IPv{inner} esn {esn}: {wrong!r}") from None
                    tunnel.remove()
        print(f"ok {encr:17} {integ:6} payloads of {', '.join(map(str, SIZES))} bytes both ways, all mixes, ESN on and off "
              f"(oracle: scapy{', with the high half added to its HMAC' if integ and not HMAC_HAS_ESN else ''})", flush=True)
