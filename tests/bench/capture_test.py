#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Opens what `culvert-bench capture` writes by the letter of RFC 4303, 4106 and 3948 on python3-cryptography. usage: capture_test.py
CULVERT-BENCH"""
import ipaddress
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

try:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
except ImportError:
    sys.exit(77)  # meson: skipped

SPIS = [0xC0FFEE00, 0x300, 0xFFFFFFFF]
bench = pathlib.Path(sys.argv[1]).resolve()


def frames(path):
    data = pathlib.Path(path).read_bytes()
    assert struct.unpack("=IHHiIII", data[:24]) == (0xA1B2C3D4, 2, 4, 0, 0, 2048, 1), "the header of the file"
    at, last = 24, (-1, 0)
    while at < len(data):
        seconds, micros, size, whole = struct.unpack("=IIII", data[at : at + 16])
        assert size == whole and (seconds, micros) > last and micros < 1000000
        last = (seconds, micros)
        yield data[at + 16 : at + 16 + size]
        at += 16 + size


def opened(frame, key, esn_high, plain):
    """SPI, low sequence number and inner packet."""
    assert frame[:14] == bytes.fromhex("020000000102020000000109" "0800")
    ip = frame[14:]
    assert struct.unpack("!H", ip[2:4])[0] == len(ip) and ip[12:20] == bytes([192, 0, 2, 2, 192, 0, 2, 1]) and ip[9] == (50 if plain else 17)
    esp = ip[20:] if plain else ip[28:]
    assert plain or struct.unpack("!HHH", ip[20:26]) == (4500, 4500, len(ip) - 20)
    spi, low = struct.unpack("!II", esp[:8])
    aad = esp[:8] if esn_high is None else struct.pack("!III", spi, esn_high, low)
    text = AESGCM(key[:-4]).decrypt(key[-4:] + esp[8:16], esp[16:], aad)
    assert text[-1] == 4 and text[-2 - text[-2] : -2] == bytes(range(1, text[-2] + 1)), "the padding"
    return spi, low, esp[8:16], text[: -2 - text[-2]]


def check(folder, key, options, first, esn_high, plain=False, sizes=(64,)):
    (folder / "key").write_text(key.hex() + "\n", encoding="ascii")
    (folder / "spis").write_text("".join(f"0x{spi:08x}\n" for spi in SPIS), encoding="ascii")
    said = subprocess.run([bench, "capture", "--key-file", folder / "key", "--spis", folder / "spis", "--out", folder / "out.pcap", "--packets", "36",
                           "--json", *options], check=True, capture_output=True, text=True)
    assert json.loads(said.stdout) == {"packets": 36, "sas": 3, "first_seq": first, "last_seq": first + 11}, said.stdout
    seen = set()
    for n, frame in enumerate(frames(folder / "out.pcap")):
        spi, low, iv, inner = opened(frame, key, esn_high, plain)
        seq = first + n // 3
        assert (spi, low, iv) == (SPIS[n % 3], seq & 0xFFFFFFFF, struct.pack("!Q", seq)), n
        assert inner[12:20] == (ipaddress.IPv4Address("10.8.0.0") + n % 3).packed + bytes([10, 1, 0, 10])
        assert len(inner) + 14 == sizes[n % len(sizes)]
        seen.add((spi, iv))
    assert len(seen) == 36


def refused(folder, sentence, *options):
    done = subprocess.run([bench, "capture", *options], check=False, capture_output=True, text=True, cwd=folder)
    assert done.returncode and sentence in done.stderr, done.stderr


with tempfile.TemporaryDirectory() as name:
    here = pathlib.Path(name)
    short, long = bytes(range(20)), bytes(range(36))
    imix = (64, 570, 64, 64, 570, 64, 1420, 64, 570, 64, 570, 64)
    check(here, short, [], 1, 0)
    check(here, long, ["--sizes", "imix", "--esp", "--no-esn"], 1, None, plain=True, sizes=imix)
    check(here, short, ["--first-seq", str((5 << 32) + 7)], (5 << 32) + 7, 5)
    try:
        check(here, short, ["--no-esn"], 1, 0)
    except InvalidTag:
        pass
    else:
        raise AssertionError("with and without ESN are the same")
    refused(here, "it takes --key-file, --spis and --out", "--key-file", "key")
    refused(here, "--first-seq 0 makes no sense", "--first-seq", "0")
    refused(here, "--mac-to 02:00 makes no sense", "--mac-to", "02:00")
    refused(here, "key and salt are 40 or 72", "--key-file", "spis", "--spis", "spis", "--out", "x")
    (here / "bad").write_text("0x300\n255\n", encoding="ascii")
    refused(here, "line 2 is no SPI", "--key-file", "key", "--spis", "bad", "--out", "x")
    refused(here, "no-such: No such file", "--key-file", "key", "--spis", "no-such", "--out", "x")
    files = ["--key-file", "key", "--spis", "spis", "--out", "x", "--packets", "4"]
    refused(here, "sequence numbers end at 4294967294", *files, "--no-esn", "--first-seq", str(2**32 - 2))
    subprocess.run([bench, "capture", *files, "--no-esn", "--first-seq", str(2**32 - 3)], check=True, capture_output=True, cwd=here)
print("3 captures are right, 7 mistakes are refused")
