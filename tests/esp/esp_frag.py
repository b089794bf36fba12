# SPDX-License-Identifier: BSD-3-Clause
"""Packets that are cut after encryption: pieces by the letter of RFC 791 and RFC 8200 4.5, put together here and by scapy, then
opened; and the other way round."""
import struct

from scapy.layers.inet import IP, defragment
from scapy.layers.inet6 import IPv6, defragment6

import esp_ref
from esp_pipe import DRAW, INNER_PROTO, NOISE, Tunnel
from esp_ref import want

BATCH = 12              # in eight pieces each they are fewer than a port without a device keeps
FRAGMENT = 44
SHAPES = [(4, 1), (4, 0), (6, 1), (6, 0)]       # outer version, ESP in UDP
SAMPLE = 37             # sizes that are a multiple of it go to scapy too


def inner_make(t, size, tos):
    """An inner packet that may be cut, `size` bytes behind its header."""
    if t.inner == 6:
        return t.packet(size, True, tos)
    return esp_ref.ip4(t.here, t.there, INNER_PROTO, NOISE[size:2 * size], tos, flags=0)


def split4(piece):
    """(header without what cutting changes, ID, offset, whether more follow, rest) of a piece."""
    want(piece[0] == 0x45 and struct.unpack_from("!H", piece, 2)[0] == len(piece), "length of a piece")
    want(esp_ref.cksum(piece[:20]) == 0, "checksum of a piece")
    ident, flags = struct.unpack_from("!HH", piece, 4)
    want(ident != 0, "ID 0")
    want(flags & 0xc000 == 0, "DF in a piece")
    return piece[:2] + piece[8:10] + piece[12:20], ident, (flags & 0x1fff) * 8, bool(flags & 0x2000), piece[20:]


def split6(piece):
    want(struct.unpack_from("!H", piece, 4)[0] == len(piece) - 40, "length of a piece")
    want(piece[6] == FRAGMENT and piece[41] == 0, "fragment header")
    place, ident = struct.unpack_from("!HI", piece, 42)
    want(place & 6 == 0, "reserved bits")
    return piece[:4] + piece[40:41] + piece[7:40], ident, place & 0xfff8, bool(place & 1), piece[48:]


def join(pieces, version, path):
    """The outer packet as it would have left uncut, and the pieces' ID."""
    parts = [(split4 if version == 4 else split6)(piece) for piece in pieces]
    head, ident, end, room = parts[0][0], parts[0][1], 0, path - (20 if version == 4 else 48)
    for number, (its_head, its_ident, offset, has_more, rest) in enumerate(parts):
        want(its_head == head and its_ident == ident, "pieces of two packets")
        want(offset == end and has_more == (number < len(parts) - 1), f"piece at {offset}, not {end}")
        want(len(rest) <= room and rest, f"a piece of {len(pieces[number])} bytes on a path of {path}")
        want(not has_more or (len(rest) % 8 == 0 and room - len(rest) < 24), f"{len(rest)} bytes in a piece, {room} possible")
        end += len(rest)
    data = b"".join(part[4] for part in parts)
    if version == 4:
        return esp_ref.ip4(head[4:8], head[8:12], head[3], data, head[1], head[2]), ident
    return head[:4] + struct.pack("!HB", len(data), head[4]) + head[5:] + data, ident


def scapy_join(pieces, version):
    """What stands behind the IP header, by scapy."""
    if version == 4:
        # In any order, but the last one last: with it scapy 2.6 takes the packet for complete.
        mixed = DRAW.sample(pieces[:-1], len(pieces) - 1) + pieces[-1:]
        whole = defragment([IP(piece) for piece in mixed])
        want(len(whole) == 1, f"scapy made {len(whole)} packets of {len(pieces)} pieces")
        return bytes(whole[0])[20:]
    return bytes(defragment6([IPv6(piece) for piece in pieces]))[40:]     # its sorting is broken in scapy 2.5


def grouped(out, version):
    """The pieces that left, by packet; what is no piece is a packet alone."""
    groups, is_open = [], False
    for port, packet in out:
        want(port == "O", "port")
        if version == 4:
            is_piece, has_more = struct.unpack_from("!H", packet, 6)[0] & 0x3fff, packet[6] & 0x20
        else:
            is_piece, has_more = packet[6] == FRAGMENT, packet[43] & 1
        if not is_open:
            groups.append([])
        groups[-1].append(packet)
        is_open = bool(is_piece and has_more)
    want(not is_open, "the last piece is missing")
    return groups


def seal_and_compare(gateway, t, path, sizes, ivs):
    """Returns how many were cut."""
    inner, cut, ids = [inner_make(t, size, size & 0xff) for size in sizes], 0, []
    drops, out = gateway.passes("I", inner)
    groups = grouped(out, t.outer)
    want(not drops and len(groups) == len(sizes), f"{len(groups)} of {len(sizes)} left, {drops}")
    for size, plain, pieces in zip(sizes, inner, groups):
        packet = pieces[0]
        if len(pieces) > 1:
            packet, ident = join(pieces, t.outer, path)
            want(ident not in ids, "an ID twice")
            ids.append(ident)
            cut += 1
            if size % SAMPLE == 0:
                want(scapy_join(pieces, t.outer) == packet[20 if t.outer == 4 else 40:], "scapy's packet")
        want(len(pieces) > 1 or len(packet) <= path, f"{len(packet)} bytes in one piece")
        t.check_sealed(packet, plain, size & 0xff, ivs)
    return cut


def pieces_make(packet, version, path, ident):
    """A packet of the peer's in pieces."""
    head, room = (20, path - 20) if version == 4 else (40, path - 48)
    data, room = packet[head:], room // 8 * 8
    for at in range(0, len(data), room):
        part, has_more = data[at:at + room], at + room < len(data)
        if version == 4:
            yield esp_ref.ip4(packet[12:16], packet[16:20], packet[9], part, packet[1], packet[8], ident, has_more << 13 | at // 8)
        else:
            ext = struct.pack("!BBHI", packet[6], 0, at | has_more, ident)
            yield packet[:4] + struct.pack("!HB", len(part) + 8, FRAGMENT) + packet[7:40] + ext + part


def open_and_compare(gateway, t, path, sizes):
    inner, ids = [t.packet(size, False) for size in sizes], DRAW.sample(range(1, 65536), len(sizes))
    sent = [piece for plain, ident in zip(inner, ids) for piece in pieces_make(t.seal(plain), t.outer, path, ident)]
    DRAW.shuffle(sent)
    drops, out = gateway.passes("O", sent)
    right = sorted(("I", esp_ref.hop(plain)) for plain in inner)
    want(not drops and sorted(out) == right, f"{len(out)} of {len(sizes)} opened, {drops}")


def run(gateway, encr, integ, t, path, sizes):
    ivs, cut = set(), 0
    for at in range(0, len(sizes), BATCH):
        try:
            cut += seal_and_compare(gateway, t, path, sizes[at:at + BATCH], ivs)
            open_and_compare(gateway, t, path, sizes[at:at + BATCH])
        except esp_ref.Wrong as wrong:
            raise esp_ref.Wrong(f"{encr} {integ} inner IPv{t.inner} outer IPv{t.outer} encap {t.encap} path {path} sizes "
                                f"{sizes[at]}..: {wrong}") from None
    want(cut > 0, f"nothing was cut on a path of {path}")
    return cut


def pieces(gateway, algorithms):
    for encr, integ in algorithms:
        cut = 0
        for outer, encap in SHAPES:
            for path in (576, 1280, 1400) if outer == 4 else (1280, 1400):
                t = Tunnel(gateway, encr, integ, 1, encap, outer, 4, limits=f"outer_mtu={path} after=1")
                cut += run(gateway, encr, integ, t, path, range(path - 140, 1481))
                t.remove()
            for path in (576, 1280) if outer == 4 else (1280,):
                t = Tunnel(gateway, encr, integ, 0, encap, outer, 6, limits=f"outer_mtu={path}")
                cut += run(gateway, encr, integ, t, path, range(path - 180, 1241))
                t.remove()
        t = Tunnel(gateway, encr, integ, 1, 1, 4, 4, limits="outer_mtu=1500 after=1")
        cut += run(gateway, encr, integ, t, 1500, range(8900, 8973))
        t.remove()
        print(f"ok {encr:17} {integ:6} {cut} packets cut after encryption, and those of the peer put together, on paths of 576 to 1500 "
              "bytes (oracles: python3-cryptography, scapy)", flush=True)
