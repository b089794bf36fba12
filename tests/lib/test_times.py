#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Which tests of a run took longest; ends with 1 when one took longer than it may.

usage: test_times.py MESON-LOG.json SECONDS
"""
import json
import sys


def main():
    with open(sys.argv[1], encoding="utf-8") as log:
        took = sorted(((test["duration"], test["name"]) for test in map(json.loads, log)), reverse=True)
    print("slowest: " + ", ".join(f"{name.rsplit('/', 1)[-1].strip()} {seconds:.1f} s" for seconds, name in took[:3]))
    slow = [name for seconds, name in took if seconds > float(sys.argv[2])]
    for name in slow:
        print(f"{name}: longer than {sys.argv[2]} s")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
