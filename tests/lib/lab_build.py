#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Builds what lab_net.sh wants, from lines on standard input, in their order:

  NAMESPACE ip WORDS...        as ip(8) takes them; those of one namespace behind each other are one call of it
  NAMESPACE set PATH VALUE     a setting below /proc/sys/net; * in the path stands for each of that place
  NAMESPACE off|tx PORT        all offloads of a port off, or only the checksums of what it sends left to it

NAMESPACE is that of ip-netns(8), or - for the one that this runs in. What fails is told on standard error, and ends it with 1."""
import array
import ctypes
import fcntl
import os
import socket
import struct
import subprocess
import sys

CLONE_NEWNET = 0x40000000
SIOCETHTOOL = 0x8946
# linux/ethtool.h
ETHTOOL_GSTRINGS, ETHTOOL_GSSET_INFO, ETHTOOL_SFEATURES = 0x1B, 0x37, 0x3B
ETH_SS_FEATURES = 4
# The beginnings of the names of features: what ethtool -K calls tx, and tx rx sg tso gso gro.
TX = ("tx-checksum-",)
ALL = (*TX, "rx-checksum", "tx-scatter-gather", "tx-tcp", "tx-generic-segmentation", "rx-gro\0")

libc = ctypes.CDLL(None, use_errno=True)


def enter(space, home):
    handle = os.open(f"/run/netns/{space}", os.O_RDONLY | os.O_CLOEXEC) if space != "-" else os.dup(home)
    try:
        if libc.setns(handle, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"cannot enter {space}")
    finally:
        os.close(handle)


def write_setting(path, value):
    base, star, rest = f"/proc/sys/net/{path}".partition("*")
    for name in os.listdir(base) if star else [""]:
        with open(base + name + rest, "w", encoding="ascii") as handle:
            handle.write(value)


def ethtool(sock, port, words):
    fcntl.ioctl(sock, SIOCETHTOOL, struct.pack("16sP16x", port.encode(), words.buffer_info()[0]))


def feature_names(sock, port):
    """The names in the order of their bits, each with its zero bytes."""
    words = array.array("I", [ETHTOOL_GSSET_INFO, 0, 1 << ETH_SS_FEATURES, 0, 0])
    ethtool(sock, port, words)
    number = words[4]
    words = array.array("I", [ETHTOOL_GSTRINGS, ETH_SS_FEATURES, number] + [0] * (number * 8))
    ethtool(sock, port, words)
    text = words.tobytes()[12:].decode("ascii")
    return [text[at:at + 32] for at in range(0, len(text), 32)]


def tune(port, beginnings, is_on):
    """What a port cannot do is left, as ethtool -K leaves it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        names = feature_names(sock, port)
        words = array.array("I", [ETHTOOL_SFEATURES, (len(names) + 31) // 32] + [0] * ((len(names) + 31) // 32 * 2))
        for bit, name in enumerate(names):
            if name.startswith(beginnings):
                words[2 + bit // 32 * 2] |= 1 << bit % 32
                words[3 + bit // 32 * 2] |= is_on << bit % 32
        ethtool(sock, port, words)


def run_ip(lines):
    if lines:
        subprocess.run(["ip", "-batch", "-"], input="".join(lines), text=True, check=True, close_fds=False)
        lines.clear()


def main():
    home = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    here, batch = "-", []
    for line in sys.stdin:
        space, what, words = line.rstrip("\n").split(" ", 2)
        if space != here or what != "ip":
            run_ip(batch)
        if space != here:
            enter(space, home)
            here = space
        if what == "ip":
            batch.append(words + "\n")
        elif what == "set":
            write_setting(*words.split())
        else:
            tune(words, ALL if what == "off" else TX, int(what == "tx"))
    run_ip(batch)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"{sys.argv[0]}: {error}")
