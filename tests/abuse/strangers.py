#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Peers with distinguished names that nobody has. With --config N: adds N connections with such names to the configuration on
standard input. Else calls a gateway and prints strangers, how many were refused, and what each cost the control core in
microseconds (of the process's first thread)."""
import argparse
import copy
import json
import sys
import time

from ike_caller import Caller

COUNT = 100


def add_connections(count):
    conf = json.load(sys.stdin)
    base = conf["connections"]["foo"]
    for i in range(count):
        conn = copy.deepcopy(base)
        conn["remote"]["id"] = f"C=NZ, O=Example Networks, OU=Branches, CN=branch-{i:05}.example.org"
        conn["remote"]["subnets"] = [f"10.{100 + i // 250}.{i % 250}.0/24"]
        conf["connections"][f"c{i:05}"] = conn
        conf["secrets"].append({"local": base["local"]["id"], "remote": conn["remote"]["id"], "psk_file": "foo.psk"})
    json.dump(conf, sys.stdout)


def der(tag, body):
    return bytes([tag, len(body)]) + body


def name(common):
    """The name of a branch in DER, as UTF-8."""
    rows = (("550406", "NZ"), ("55040a", "Example Networks"), ("55040b", "Branches"), ("550403", common))
    return der(0x30, b"".join(der(0x31, der(0x30, der(6, bytes.fromhex(oid)) + der(12, text.encode()))) for oid, text in rows))


def cpu_us(pid):
    with open(f"/proc/{pid}/task/{pid}/schedstat", encoding="ascii") as handle:
        return int(handle.read().split()[0]) / 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=int)
    parser.add_argument("--target")
    parser.add_argument("--pid", type=int)
    options = parser.parse_args()
    if options.config:
        add_connections(options.config)
        return
    callers = []
    for _ in range(COUNT):
        caller = Caller(options.target)
        if caller.init():
            callers.append(caller)
    began, before, refused = time.monotonic(), cpu_us(options.pid), 0
    for i, caller in enumerate(callers):
        # the first one is a slip of the pen
        who = name("brunch-00007.example.org" if i == 0 else f"nobody-{i}.example.com")
        refused += not caller.auth(9, who, b"no key")
    took, used = time.monotonic() - began, cpu_us(options.pid) - before
    # The loop costs something when nobody calls, too.
    before = cpu_us(options.pid)
    time.sleep(took)
    idle = cpu_us(options.pid) - before
    print(len(callers), refused, round(max(used - idle, 0) / max(len(callers), 1)))


if __name__ == "__main__":
    main()
