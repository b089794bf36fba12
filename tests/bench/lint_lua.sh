#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Checks that every Pktgen script parses as Lua 5.3, which Pktgen embeds. Needs luac5.3 (Debian: lua5.3).
set -eu
cd "$(dirname "$0")/../../pktgen-scripts"
command -v luac5.3 >/dev/null || {
    echo "lint_lua.sh: luac5.3 is missing (Debian: apt-get install lua5.3)" >&2
    exit 1
}
luac5.3 -p ./*.lua
sh -n run.sh
python3 -m py_compile mkesp.py && rm -rf __pycache__
echo "pktgen-scripts: $(ls ./*.lua | wc -l) Lua files parse"
