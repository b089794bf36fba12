# SPDX-License-Identifier: BSD-3-Clause
"""The gateway under test on a pipe, and tunnels of it whose other end is here."""
import random
import struct
import subprocess

import esp_ref
from esp_ref import want

BATCH = 48      # packets in one request: less than a port without a device keeps
DRAW = random.Random(4303)
NOISE = DRAW.randbytes(1 << 16)
INNER_PROTO = 253       # RFC 3692: any payload will do


class Gateway:
    def __init__(self, program, *words):
        self.process = subprocess.Popen([program, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, request):
        pipe = self.process
        pipe.stdin.write(struct.pack("!I", len(request)) + request)
        pipe.stdin.flush()
        head = pipe.stdout.read(4)
        want(len(head) == 4, "the gateway ended")
        return pipe.stdout.read(struct.unpack("!I", head)[0])

    def events(self):
        return self.ask(b"E").decode().split()

    def passes(self, port, packets, burst=32):
        """Names of drops, and (port, packet) of what left; port is I (inside), O (outside) or H (the host)."""
        body = b"".join(struct.pack("!H", len(p)) + p for p in packets)
        answer = self.ask(port.encode() + bytes([burst]) + body)
        at = answer.index(0)
        drops, out = answer[:at].decode().split(), []
        at += 1
        while at < len(answer):
            to, length = struct.unpack_from("!HH", answer, at)
            out.append(("IOH"[to], answer[at + 4:at + 4 + length]))
            at += 4 + length
        return drops, out

    def end(self):
        self.process.stdin.close()
        return self.process.wait(10)


class Tunnel:
    """A pair of SAs. start: sequence number that both directions used last."""

    count = 0

    def __init__(self, gateway, encr, integ="", esn=0, encap=1, outer=4, inner=4, window=1024, start=0, limits=""):
        n = Tunnel.count = (Tunnel.count + 1) % 250
        self.gateway, self.esn, self.encap, self.outer, self.inner, self.seq = gateway, esn, encap, outer, inner, start
        self.top = start
        key, auth = esp_ref.CIPHERS[encr][0], esp_ref.HASHES[integ][0] if integ else 0
        keys = [DRAW.randbytes(key), DRAW.randbytes(key), DRAW.randbytes(auth), DRAW.randbytes(auth)]
        local, remote = (f"10.{n}.0.0/16", f"11.{n}.0.0/16") if inner == 4 else (f"fd00:{n:x}::/32", f"fd01:{n:x}::/32")
        spi_out = DRAW.randrange(256, 1 << 32)
        text = f"Tencr={encr} key_in={keys[0].hex()} key_out={keys[1].hex()} esn={esn} encap={encap} outer={outer} " \
            f"window={window} spi_out={spi_out} local_ts={local} remote_ts={remote} {limits}"
        if integ:
            text += f" integ={integ} auth_in={keys[2].hex()} auth_out={keys[3].hex()}"
        answer = gateway.ask(text.strip().encode()).decode()
        want(answer.isdigit(), f"no tunnel with {encr} {integ}: {answer}")
        self.spi = int(answer)
        self.incoming = esp_ref.Direction(self.spi, encr, integ, esn, keys[0], keys[2])
        self.outgoing = esp_ref.Direction(spi_out, encr, integ, esn, keys[1], keys[3])
        if inner == 4:
            self.here, self.there = bytes([10, n, 1, 2]), bytes([11, n, 3, 4])
        else:
            self.here = struct.pack("!HH", 0xfd00, n) + bytes(11) + b"\7"
            self.there = struct.pack("!HH", 0xfd01, n) + bytes(11) + b"\7"
        self.next_header = esp_ref.IPIP if inner == 4 else esp_ref.IPV6
        if start:
            self.state(start, start)

    def state(self, top, seq):
        self.gateway.ask(f"S{self.spi} {top} {seq}".encode())
        self.top, self.seq = top, seq

    def remove(self):
        self.gateway.ask(f"R{self.spi}".encode())

    def packet(self, size, outbound, tos=0):
        """An inner packet with `size` bytes behind its IP header."""
        src, dst = (self.here, self.there) if outbound else (self.there, self.here)
        at = size * 7 % 50000
        return (esp_ref.ip4 if self.inner == 4 else esp_ref.ip6)(src, dst, INNER_PROTO, NOISE[at:at + size], tos)

    def seal(self, inner, seq=None, trailer=None, tos=0, next_header=None):
        """The outer packet that the peer would send."""
        if seq is None:
            self.top += 1
            seq = self.top
        iv = DRAW.randbytes(self.incoming.iv_bytes)
        esp = self.incoming.seal(seq, inner, self.next_header if next_header is None else next_header, iv, trailer)
        return esp_ref.outer_make(self.outer, self.encap, esp, tos)

    def check_sealed(self, packet, inner, tos, ivs):
        """A packet that the gateway sealed is this one, one hop on."""
        self.seq += 1
        esp = esp_ref.outer_split(packet, self.outer, self.encap, tos)
        got, next_header, iv = self.outgoing.open(esp, self.seq)
        want(next_header == self.next_header, f"next header {next_header}")
        want(got == esp_ref.hop(inner), f"inner packet, {got[:40].hex()}, not {esp_ref.hop(inner)[:40].hex()}")
        want(not iv or (self.spi, iv) not in ivs, "an IV was used twice")
        ivs.add((self.spi, iv))
