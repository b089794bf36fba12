#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Which tests of a run took longest; ends with 1 when one took longer than it may, and when run again takes as many seconds
of a CPU: beside others on a busy machine those of the clock are no measure.

usage: test_times.py MESON-LOG.json SECONDS
"""
import json
import os
import resource
import subprocess
import sys


def cpu_seconds(log, name):
    """What a test of this log's build takes of a CPU."""
    build = os.path.dirname(os.path.dirname(log))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(["meson", "test", "-C", build, "--no-rebuild", "--logbase", "testlog-again", name.rsplit(" / ", 1)[-1]],
                   stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    with open(sys.argv[1], encoding="utf-8") as log:
        took = sorted(((test["duration"], test["name"]) for test in map(json.loads, log)), reverse=True)
    print("slowest: " + ", ".join(f"{name.rsplit('/', 1)[-1].strip()} {seconds:.1f} s" for seconds, name in took[:3]))
    limit = float(sys.argv[2])
    slow = []
    for name in (name for seconds, name in took if seconds > limit):
        again = cpu_seconds(sys.argv[1], name)
        print(f"{name}: longer than {limit:.0f} s, {again:.1f} s of a CPU")
        slow += [name] if again > limit else []
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
