#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The data path against other implementations of ESP: esp_oracle.py GATEWAY GROUP.

Bulk groups compare every size against esp_ref.py (scapy takes milliseconds per packet); the group "scapy" compares a sample of
sizes of every case against scapy's IPsec layer. The rest is about what must be refused, replay, limits, and
packets in pieces."""
import sys
import time

try:
    import esp_ref
    import scapy.layers.ipsec  # noqa: F401
except ImportError as missing:
    sys.exit(f"{missing}: install python3-scapy and python3-cryptography (tests/lib/packages.sh)")
import esp_edge
import esp_frag
import esp_large
import esp_pipe
import esp_scapy
import esp_transport
from esp_pipe import BATCH, Tunnel
from esp_ref import Wrong, want

SIZE_MAX = 9000         # bytes behind the inner IP header
SHAPES = [(4, 1), (4, 0), (6, 1), (6, 0)]       # outer version, ESP in UDP
START_ESN = (7 << 32) + 0xfffffc00      # each run crosses a multiple of 2^32
AEADS = [("aes192gcm16", ""), ("aes256gcm16", ""), ("chacha20poly1305", "")]
CCMS = [("aes128ccm8", ""), ("aes256ccm16", "")]
DES3 = [("3des", "sha1")]
CBC128 = [("aes128", integ) for integ in esp_ref.HASHES]
CBC192 = [("aes192", "sha1")]
CBC256 = [("aes256", integ) for integ in esp_ref.HASHES]
NULLS = [("null", integ) for integ in esp_ref.HASHES]


def batches(tunnels, shapes_of, step):
    """(tunnel, size) in order of sizes, so that a burst holds several SAs."""
    todo = [(tunnels[shape], size) for size in range(0, SIZE_MAX + 1, step) for shape in shapes_of(size)]
    for at in range(0, len(todo), BATCH):
        yield todo[at:at + BATCH]


def compare(gateway, batch, ivs):
    """Both directions of a batch of sizes; each size has its own TOS, with every value of ECN."""
    inner = [t.packet(size, True, size & 0xff) for t, size in batch]
    drops, out = gateway.passes("I", inner)
    want(not drops and len(out) == len(batch), f"{len(out)} of {len(batch)} sealed, dropped: {drops}")
    for (t, size), plain, (port, sealed) in zip(batch, inner, out):
        try:
            want(port == "O", "port")
            t.check_sealed(sealed, plain, size & 0xff, ivs)
        except Wrong as wrong:
            raise Wrong(f"sealed, {size} bytes, outer IPv{t.outer}, encap {t.encap}: {wrong}") from None
    inner = [t.packet(size, False, size & 0xff) for t, size in batch]
    drops, out = gateway.passes("O", [t.seal(p, tos=size & 0xff) for (t, size), p in zip(batch, inner)])
    want(not drops and len(out) == len(batch), f"{len(out)} of {len(batch)} opened, dropped: {drops}, sizes {batch[0][1]}..")
    for (t, size), plain, got in zip(batch, inner, out):
        want(got == ("I", esp_ref.hop(plain)), f"opened, {size} bytes, outer IPv{t.outer}, encap {t.encap}: inner packet")


def bulk(gateway, algorithms, is_full, step=1):
    """All sizes, or each step-th, with both inner versions, ESN on and off; every shape of each size, or one in turn."""
    def in_turn(size):
        return [(size + size // 16) % len(SHAPES)]

    def all_shapes(_):
        return range(len(SHAPES))
    for encr, integ in algorithms:
        began, packets = time.monotonic(), 0
        for inner in (4, 6):
            for esn in (0, 1):
                ivs = set()
                tunnels = [Tunnel(gateway, encr, integ, esn, encap, outer, inner, start=START_ESN if esn else 0)
                           for outer, encap in SHAPES]
                for batch in batches(tunnels, all_shapes if is_full else in_turn, step):
                    try:
                        compare(gateway, batch, ivs)
                    except Wrong as wrong:
                        raise Wrong(f"{encr} {integ} inner IPv{inner} esn {esn}: {wrong}") from None
                    packets += 2 * len(batch)
                for t in tunnels:
                    t.remove()
        print(f"ok {encr:17} {integ:6} {packets} packets, payloads of 0..{SIZE_MAX} bytes in steps of {step} both ways, inner "
              f"IPv4 and IPv6, ESN on and off, {'every' if is_full else 'in turn each'} mix of outer version and UDP "
              f"({time.monotonic() - began:.1f} s, oracle: python3-cryptography)", flush=True)


ALL = [("aes128gcm16", "")] + AEADS + CCMS + DES3 + CBC128 + CBC192 + CBC256 + NULLS
GROUPS = {
    "aes128gcm": lambda g: bulk(g, [("aes128gcm16", "")], True),
    "aead": lambda g: bulk(g, AEADS, False),
    "ccm": lambda g: bulk(g, CCMS, False, 5),
    "3des": lambda g: bulk(g, DES3, False, 7),
    "cbc128": lambda g: bulk(g, CBC128, False),
    "cbc192": lambda g: bulk(g, CBC192, False),
    "cbc256": lambda g: bulk(g, CBC256, False),
    "null": lambda g: bulk(g, NULLS, False),
    "scapy": lambda g: esp_scapy.sample(g, [a for a in ALL if a[0] in esp_scapy.CRYPT], SHAPES, START_ESN),
    "refused": lambda g: esp_edge.refused(g, ALL),
    "mixed": lambda g: esp_edge.mixed(g, ALL),
    "replay": lambda g: esp_edge.replay(g),
    "limits": lambda g: esp_edge.limits(g),
    "pieces": lambda g: esp_frag.pieces(g, ALL),
    "large": lambda g: esp_large.large(g, ALL),
    "transport": esp_transport.transport,
}


def main():
    gateway = esp_pipe.Gateway(sys.argv[1], *(["host"] if sys.argv[2] == "transport" else []))
    try:
        GROUPS[sys.argv[2]](gateway)
        status = gateway.end()
        want(status == 0, f"the gateway ended with {status}")
    except Wrong as wrong:
        print(f"FAILED {sys.argv[2]}: {wrong}")
        return 1
    return 0


sys.exit(main())
