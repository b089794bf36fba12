#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Stands in for dpdk-testpmd as the link of `run.sh --selftest`: makes its sockets, and tells standin.lua by the file LINK whether
it carries packets (--forward-mode=io) or only takes them, until it is ended."""
import os
import re
import signal
import socket
import sys

words = " ".join(sys.argv)
with open(os.environ["LINK"], "w") as link:
    link.write(re.search(r"--forward-mode=(\w+)", words).group(1))
held = []
for path in re.findall(r"iface=(\S+)", words):
    held.append(socket.socket(socket.AF_UNIX))
    held[-1].bind(path)
signal.pause()
