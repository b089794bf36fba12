#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Datagrams that come back, of any size: without DF, so that hosts and routers cut what is large.

datagrams.py echo 4|6: sends back what comes to UDP port 5060.
datagrams.py ask 4|6 ADDRESS SIZE...: asks there, five times with each size, and ends with 1 at the first that does not come back as it was."""
import socket
import sys

PORT, TIMES = 5060, 5


def echo(sock):
    sock.bind(("", PORT))
    while True:
        data, peer = sock.recvfrom(65535)
        sock.sendto(data, peer)


def ask(sock, address, sizes):
    sock.settimeout(3)
    sock.connect((address, PORT))
    for size in sizes:
        for number in range(TIMES):
            want = bytes((size + i * 7 + number) & 255 for i in range(size))
            sock.send(want)
            if sock.recv(65535) != want:
                sys.exit(f"datagram of {size} bytes came back different")
    print("all came back")


def main():
    family = socket.AF_INET6 if sys.argv[2] == "6" else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.IPPROTO_IP, 10, 0)  # IP_MTU_DISCOVER
        if sys.argv[1] == "echo":
            echo(sock)
        ask(sock, sys.argv[3], map(int, sys.argv[4:]))


if __name__ == "__main__":
    main()
