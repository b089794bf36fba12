#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""One identity that comes up again and again and keeps every IKE SA, answering whatever it is asked. Prints how many came up, and
how many requests of the gateway (liveness checks, and its goodbyes) were answered."""
import argparse
import select
import time

from ike_caller import Caller


def serve(callers, seconds):
    """Answers requests of the gateway for so long."""
    until = time.monotonic() + seconds
    by_socket = {caller.sock: caller for caller in callers}
    while time.monotonic() < until:
        ready, _, _ = select.select(list(by_socket), [], [], 0.005)
        for sock in ready:
            by_socket[sock].serve(sock.recv(8192))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("identity", help="a name (FQDN)")
    parser.add_argument("psk")
    parser.add_argument("lan", help="network behind the caller")
    parser.add_argument("--count", type=int, default=100)
    options = parser.parse_args()
    callers = []
    for _ in range(options.count):
        caller = Caller(options.target)
        if caller.init() and caller.auth(2, options.identity.encode(), options.psk.encode(), local=options.lan):
            callers.append(caller)
        serve(callers, 0.01)
    serve(callers, 2)
    print(len(callers), sum(caller.checks for caller in callers))


if __name__ == "__main__":
    main()
