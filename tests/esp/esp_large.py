# SPDX-License-Identifier: BSD-3-Clause
"""ESP packets up to the largest that IP knows, which come in pieces: opened, and what was inside cut to the inside's MTU by the
letter of RFC 791, or refused."""
import struct

import esp_frag
import esp_ref
from esp_pipe import DRAW, INNER_PROTO, NOISE, Tunnel
from esp_ref import want

INSIDE_MTU = 9216
UDP_MAX = 65535
PATHS = (576, 1280, 1500, 9000)


def inner_make(t, size, flags):
    """An inner packet of the peer's, `size` bytes in all."""
    if t.inner == 6:
        return esp_ref.ip6(t.there, t.here, INNER_PROTO, NOISE[:size - 40])
    return esp_ref.ip4(t.there, t.here, INNER_PROTO, NOISE[:size - 20], ident=size, flags=flags)


def most_inner(t):
    """The largest inner packet whose outer packet IP and UDP can carry."""
    incoming = t.incoming
    room = UDP_MAX - (20 if t.outer == 4 else 0) - 8 * t.encap - 8 - incoming.iv_bytes - incoming.tag
    return min(room // incoming.align * incoming.align - 2, 65535 if t.inner == 4 else 65575)


def inner_join(out):
    """An inner IPv4 packet of the pieces that left; they are as large as the link takes."""
    data, head = b"", out[0][1][:20]
    for number, (port, piece) in enumerate(out):
        last = number == len(out) - 1
        want(port == "I" and len(piece) <= INSIDE_MTU and (last or len(piece) > INSIDE_MTU - 8), f"a piece of {len(piece)} bytes")
        want(esp_ref.cksum(piece[:20]) == 0 and struct.unpack_from("!H", piece, 2)[0] == len(piece), "header of a piece")
        want(struct.unpack_from("!H", piece, 6)[0] == (0 if last else 0x2000) | len(data) // 8, "place of a piece")
        want(piece[:2] + piece[4:6] + piece[8:10] + piece[12:20] == head[:2] + head[4:6] + head[8:10] + head[12:20], "pieces of two")
        data += piece[20:]
    return esp_ref.ip4(head[12:16], head[16:20], head[9], data, head[1], head[8], struct.unpack_from("!H", head, 4)[0], 0)


def passes_in_pieces(gateway, t, inner, path):
    sent = list(esp_frag.pieces_make(t.seal(inner), t.outer, path, DRAW.randrange(1, 65536)))
    DRAW.shuffle(sent)
    return gateway.passes("O", sent)


def is_refused(drops, out):
    """Its sender is told, as far as a policy lets that out and the limit allows."""
    want(not out and drops.count("too_big") == 1 and set(drops) <= {"too_big", "no_policy"}, f"{drops}, {len(out)} left")


def size_passes(gateway, t, size, path):
    if t.inner == 4:
        inner = inner_make(t, size, 0)
        drops, out = passes_in_pieces(gateway, t, inner, path)
        want(not drops and out, f"{drops}, {len(out)} left")
        want(inner_join(out) == esp_ref.hop(inner), "inner packet")
    if size > INSIDE_MTU:
        is_refused(*passes_in_pieces(gateway, t, inner_make(t, size, 0x4000), path))


def shape_passes(gateway, encr, integ, outer, encap, inner):
    t = Tunnel(gateway, encr, integ, 1, encap, outer, inner)
    most, count = most_inner(t), 0
    for path in PATHS if outer == 4 else PATHS[1:]:
        for size in [1500, 9200, INSIDE_MTU, INSIDE_MTU + 1, 20000, 32767, 32768, 50000, *range(most - 20, most + 1)]:
            if size < path:
                continue
            try:
                size_passes(gateway, t, size, path)
            except esp_ref.Wrong as wrong:
                raise esp_ref.Wrong(f"{encr} {integ} inner IPv{inner} outer IPv{outer} encap {encap} path {path} size {size}: "
                                    f"{wrong}") from None
            count += 1
    t.remove()
    return count


def large(gateway, algorithms):
    for encr, integ in algorithms:
        count = sum(shape_passes(gateway, encr, integ, outer, encap, inner)
                    for outer, encap in esp_frag.SHAPES for inner in (4, 6))
        print(f"ok {encr:17} {integ:6} {count} packets of up to 65535 bytes in pieces of 576 to 9000", flush=True)
