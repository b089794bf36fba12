# SPDX-License-Identifier: BSD-3-Clause
"""What must be refused and by which name, replay windows across multiples of 2^32, and limits of an SA."""
import esp_ref
from esp_pipe import DRAW, Tunnel
from esp_ref import want

WINDOWS = [32, 64, 1024, 65536]
EDGE = 5 << 32
PACKETS = 4000


def is_dropped(gateway, packet, *names):
    drops, out = gateway.passes("O", [packet])
    want(not out and len(drops) == 1 and drops[0] in names, f"dropped as {drops}, not as {names}; out: {len(out)}")


def is_opened(gateway, packet, inner):
    drops, out = gateway.passes("O", [packet])
    want(not drops and out == [("I", esp_ref.hop(inner))], f"not opened, dropped as {drops}")


def flips(gateway, t):
    """A bit in each byte of the ESP packet, and every truncation; then the packet itself, once."""
    inner = t.packet(37, False)
    good = t.seal(inner)
    at = (20 if t.outer == 4 else 40) + 8 * t.encap
    for i in range(at, len(good)):
        bad = good[:i] + bytes([good[i] ^ 1 << DRAW.randrange(8)]) + good[i + 1:]
        if t.encap and t.outer == 6:        # the UDP checksum is right, so that ESP is what refuses
            bad = esp_ref.outer_make(6, 1, bad[at:])
        names = {0: ("unknown_spi", "natt_short"), 1: ("bad_icv", "replay")}.get((i - at) // 4, ("bad_icv",))
        is_dropped(gateway, bad, *names)
    for cut in range(1, len(good) - at):
        is_dropped(gateway, esp_ref.outer_make(t.outer, t.encap, good[at:len(good) - cut]), "esp_short", "bad_icv", "natt_short",
                   "unknown_spi", "keepalive")
    is_opened(gateway, good, inner)
    is_dropped(gateway, good, "replay")


def high_halves(gateway, t):
    """The high half of the sequence number is authenticated (RFC 4303 2.2.1)."""
    inner = t.packet(50, False)
    for wrong in (1 << 32, -1 << 32, 2 << 32):
        is_dropped(gateway, t.seal(inner, t.top + 1 + wrong), "bad_icv")
    is_opened(gateway, t.seal(inner), inner)


def trailers(gateway, t):
    """Padding is 1, 2, 3, ... (RFC 4303 2.4) and may be longer than needed; next header 59 is a dummy (2.6)."""
    align, inner = esp_ref.CIPHERS[t.incoming.encr][2], t.packet(30, False)
    need = -(len(inner) + 2) % align
    for pad in range(need, 256, align):
        right = bytes(range(1, pad + 1))
        is_opened(gateway, t.seal(inner, trailer=right + bytes([pad, t.next_header])), inner)
        for i in {0, pad // 2, pad - 1} if pad else ():
            wrong = right[:i] + bytes([right[i] ^ 0x10]) + right[i + 1:]
            is_dropped(gateway, t.seal(inner, trailer=wrong + bytes([pad, t.next_header])), "bad_trailer")
    zeros = need + align
    is_dropped(gateway, t.seal(inner, trailer=bytes(zeros) + bytes([zeros, t.next_header])), "bad_trailer")
    whole = len(inner) + need
    is_dropped(gateway, t.seal(inner, trailer=bytes(range(1, need + 1)) + bytes([min(255, whole + 1), t.next_header])),
               "bad_trailer")
    is_dropped(gateway, t.seal(inner, next_header=esp_ref.NONE), "dummy")
    for proto in (0, 6, 17, 50, 58, 255):
        is_dropped(gateway, t.seal(inner, next_header=proto), "bad_trailer")
    is_dropped(gateway, t.seal(inner, next_header=45 - t.next_header), "inner_malformed")
    # Bytes behind the inner packet, within the ESP payload, hide its length (2.7).
    tfc = inner + bytes(3 * align)
    is_opened(gateway, t.seal(tfc), inner)
    is_dropped(gateway, t.seal(inner[:-4]), "inner_malformed")
    is_dropped(gateway, t.seal(b""), "inner_malformed", "esp_short", "bad_trailer")


def marks(gateway, t):
    """A congestion mark ends a packet whose inner one knows of none (RFC 6040 4.2), and no other."""
    is_dropped(gateway, t.seal(t.packet(40, False), tos=3), "ecn")
    for tos in (1, 2):
        is_opened(gateway, t.seal(t.packet(40, False), tos=tos), t.packet(40, False))
    is_opened(gateway, t.seal(t.packet(40, False, 2), tos=3), t.packet(40, False, 3))


def refused(gateway, algorithms):
    for encr, integ in algorithms:
        for esn in (0, 1):
            for inner in (4, 6):
                for outer, encap in ((4, 1), (6, 1), (4, 0), (6, 0)):
                    start = (3 << 32) + 77 if esn else 0
                    t = Tunnel(gateway, encr, integ, esn, encap, outer, inner, start=start)
                    try:
                        flips(gateway, t)
                        trailers(gateway, t)
                        marks(gateway, t)
                        if esn:
                            high_halves(gateway, t)
                    except esp_ref.Wrong as wrong:
                        raise esp_ref.Wrong(f"{encr} {integ} inner IPv{inner} outer IPv{outer} encap {encap} esn {esn}: "
                                            f"{wrong}") from None
                    t.remove()
        print(f"ok {encr:17} {integ:6} flipped bits, truncations, padding, next headers, marks, high halves", flush=True)


def replay_run(gateway, encr, integ, window):
    """Packets in no order and many twice, from one window before a multiple of 2^32 to one behind it, against a set."""
    t = Tunnel(gateway, encr, integ, 1, 1, 4, 4, window=window, start=EDGE - 2 * window - 10)
    inner, seen, top, at, taken, refused_count = t.packet(1, False), set(), t.top, t.top, 0, 0
    for _ in range(PACKETS):
        at += DRAW.random() * 8 * window / PACKETS
        seq = int(at) + DRAW.randrange(-window - window // 4, window // 4 + 2)
        if DRAW.random() < 0.1:
            seq = top - DRAW.randrange(window)
        if seq > top or (seq > top - window and seq not in seen):
            is_opened(gateway, t.seal(inner, seq), inner)
            seen.add(seq)
            top, taken = max(top, seq), taken + 1
        else:
            # Too old a number is taken for one of the next 2^32, whose ICV then is wrong.
            is_dropped(gateway, t.seal(inner, seq), "replay", "bad_icv")
            refused_count += 1
    want(top > EDGE, f"the run ended {EDGE - top} before the boundary")
    # Each number of the window, once: those not seen are taken, and none twice.
    for seq in list(range(top - window - 5, top + 1))[::max(1, window // 1024)]:
        if seq > top - window and seq not in seen:
            is_opened(gateway, t.seal(inner, seq), inner)
        is_dropped(gateway, t.seal(inner, seq), "replay", "bad_icv")
    # A jump of nearly 2^32, and the last number before the next multiple.
    far = top + (1 << 32) - window - 1
    is_opened(gateway, t.seal(inner, far), inner)
    is_dropped(gateway, t.seal(inner, top), "replay", "bad_icv")
    is_opened(gateway, t.seal(inner, far - window + 1), inner)
    t.remove()
    print(f"ok {encr:17} {integ:6} window {window}: {taken} taken, {refused_count} refused across {EDGE:#x}", flush=True)


def first_boundary(gateway):
    """From subspace 0 into subspace 1, out of order."""
    t = Tunnel(gateway, "aes128gcm16", esn=1, start=(1 << 32) - 20)
    inner, seqs = t.packet(9, False), [*range((1 << 32) - 19, (1 << 32) + 20)]
    DRAW.shuffle(seqs)
    for seq in seqs:
        is_opened(gateway, t.seal(inner, seq), inner)
        is_dropped(gateway, t.seal(inner, seq), "replay")
    t.remove()


def end_of_32_bits(gateway):
    """Without ESN nothing follows 2^32 - 1 (RFC 4303 3.3.3), in neither direction."""
    last = (1 << 32) - 1
    t = Tunnel(gateway, "aes128gcm16", esn=0, start=last - 3)
    inner, outbound = t.packet(9, False), t.packet(9, True)
    for seq in (last - 1, last, last - 2):
        is_opened(gateway, t.seal(inner, seq), inner)
    for seq in (0, 1, 2, last, last - 1):
        is_dropped(gateway, t.seal(inner, seq), "replay")
    drops, out = gateway.passes("I", [outbound] * 6)
    want(len(out) == 3 and drops == ["seq_end"] * 3, f"at the end of 32 bits {len(out)} packets left, {drops}")
    for _, packet in out:
        t.check_sealed(packet, outbound, 0, set())
    want("seq_end" in gateway.events(), "no event at the end of the sequence space")
    t.remove()
    # Three quarters of the space call for a new SA.
    t = Tunnel(gateway, "aes128gcm16", esn=0, start=3 * (1 << 30) - 3)
    want(not gateway.events(), "an event too early")
    gateway.passes("I", [t.packet(9, True)] * 8)
    want(gateway.events() == ["soft"], "no wish for a rekey at three quarters of 32 bits")
    t.remove()


def outbound_boundary(gateway):
    """With ESN the sender counts on, and hashes the new high half."""
    for encr, integ in (("aes128gcm16", ""), ("chacha20poly1305", ""), ("aes128", "sha256"), ("null", "sha1")):
        t, ivs = Tunnel(gateway, encr, integ, 1, start=(1 << 32) - 20), set()
        inner = t.packet(9, True)
        drops, out = gateway.passes("I", [inner] * 40)
        want(not drops and len(out) == 40, f"{len(out)} of 40 left, {drops}")
        for _, packet in out:
            t.check_sealed(packet, inner, 0, ivs)
        t.remove()


def replay(gateway):
    for window in WINDOWS:
        replay_run(gateway, "aes128gcm16", "", window)
        replay_run(gateway, "aes256", "sha512", window)
    first_boundary(gateway)
    end_of_32_bits(gateway)
    outbound_boundary(gateway)
    print("ok the first boundary, the end of 32 bits, sending across a boundary", flush=True)


def mixed(gateway, algorithms):
    """Bursts of many SAs and algorithms at once, with damaged packets and copies between the good ones."""
    tunnels = [Tunnel(gateway, encr, integ, n % 2, n // 2 % 2, 4 + n % 3 // 2 * 2, 4 + n % 5 // 3 * 2)
               for n in range(3) for encr, integ in algorithms]
    passed = dropped = 0
    for burst in (1, 2, 7, 32, 48) * 30:
        chosen = [(DRAW.choice(tunnels), DRAW.randrange(1500)) for _ in range(48)]
        inner = [t.packet(size, True) for t, size in chosen]
        drops, out = gateway.passes("I", inner, burst)
        want(not drops and len(out) == 48, f"{len(out)} of 48 left, {drops}")
        for (t, _), plain, (_, packet) in zip(chosen, inner, out):
            t.check_sealed(packet, plain, 0, set())
        good, sent = [], []
        for t, size in chosen:
            plain = t.packet(size, False)
            packet, draw = t.seal(plain), DRAW.random()
            if draw < 0.1 and not (t.encap and t.outer == 6):
                sent.append(packet[:-1] + bytes([packet[-1] ^ 1]))
                continue
            good.append(("I", esp_ref.hop(plain)))
            sent.append(packet)
            if draw > 0.9:
                sent.append(packet)
        for at in range(0, len(sent), 48):
            drops, out = gateway.passes("O", sent[at:at + 48], burst)
            want(out == good[:len(out)] and set(drops) <= {"bad_icv", "replay"}, f"burst of {burst}: {drops}")
            good, passed, dropped = good[len(out):], passed + len(out), dropped + len(drops)
        want(not good, f"burst of {burst}: {len(good)} did not arrive")
    print(f"ok {len(tunnels)} SAs of {len(algorithms)} algorithms in bursts of 1 to 48: {passed} arrived in order, {dropped} damaged "
          "ones and copies did not", flush=True)


def limit_run(gateway, limits, sent, passed, events):
    """sent packets of 100 bytes in each direction: so many pass, and these events are raised."""
    for port in "IO":
        t = Tunnel(gateway, "aes128gcm16", limits=limits)
        inner = t.packet(80, port == "I")
        count = 0
        for _ in range(sent):
            drops, out = gateway.passes(port, [inner if port == "I" else t.seal(inner)])
            want(len(out) + drops.count("limit") == 1, f"{limits}: {drops}")
            count += len(out)
        got = gateway.events()
        want(count == passed and got == events, f"{limits}, port {port}: {count} passed, not {passed}; events {got}")
        t.remove()


def limits(gateway):
    cases = [("soft_pkts=3 hard_pkts=5", 8, 5, ["soft", "hard"]), ("soft_pkts=3", 8, 8, ["soft"]),
             ("hard_pkts=5", 8, 5, ["hard"]), ("soft_bytes=300 hard_bytes=500", 8, 5, ["soft", "hard"]),
             ("hard_bytes=500", 8, 5, ["hard"]), ("soft_bytes=300", 8, 8, ["soft"]),
             ("soft_bytes=300 hard_pkts=5", 8, 5, ["soft", "hard"]),
             ("soft_pkts=3 hard_bytes=500", 8, 5, ["soft", "hard"]),
             ("soft_pkts=9 hard_pkts=5", 8, 5, ["hard"]), ("soft_bytes=900 hard_bytes=500", 8, 5, ["hard"])]
    for case in cases:
        limit_run(gateway, *case)
    print(f"ok {len(cases)} mixes of soft and hard limits, both directions", flush=True)
