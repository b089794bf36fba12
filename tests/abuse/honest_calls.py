#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""An honest peer that comes up and closes again and again. Prints calls, how many came up, and the median and the longest time
of a call in milliseconds."""
import argparse
import statistics
import time

from ike_caller import Caller


def call(options):
    """Whether one call came up."""
    try:
        caller = Caller(options.target, options.source)
        is_up = caller.init() and caller.auth(2, options.identity.encode(), options.psk.encode(), local=options.lan)
        if is_up:
            caller.close()
        return is_up
    except OSError:
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("source")
    parser.add_argument("identity", help="a name (FQDN)")
    parser.add_argument("psk")
    parser.add_argument("lan", help="network behind the caller")
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--pause", type=float, default=0.02)
    options = parser.parse_args()
    came_up, times = 0, []
    until = time.monotonic() + options.seconds
    while time.monotonic() < until:
        began = time.monotonic()
        came_up += call(options)
        times.append(1000 * (time.monotonic() - began))
        time.sleep(options.pause)
    print(len(times), came_up, round(statistics.median(times)), round(max(times)))


if __name__ == "__main__":
    main()
