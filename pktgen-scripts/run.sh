#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Runs one of the scripts in Pktgen-DPDK, headless, and prints its result lines.
#   usage: PKTGEN=/path/to/pktgen [VAR=value ...] run.sh SCRIPT.lua
# Pktgen exits with status 0 even when it could not start (no terminal, no memory), so the result file decides.
# Variables of this wrapper (those of the scripts are in README.md):
#   PKTGEN   the program; Pktgen.lua is looked for beside it, in its parents and in PKTGEN_LUA
#   EAL      EAL arguments (default: -l 0,1 and two virtio-user ports, see README.md)
#   MAP      Pktgen's -m argument (default 1.[0-1]: lcore 1 serves ports 0 and 1)
#   PCAP     capture that the transmitting port replays
#   RESULT   where result lines go (default ./result.jsonl)
set -eu
here=$(cd "$(dirname "$0")" && pwd)

fail() {
    echo "run.sh: $*" >&2
    exit 1
}

[ $# -eq 1 ] || {
    sed -n '3,11s/^# \{0,1\}//p' "$0"
    exit 2
}
[ -n "${PKTGEN:-}" ] && [ -x "$PKTGEN" ] || fail "set PKTGEN to the pktgen program (Pktgen-DPDK 23.06 builds on Debian 12)"
[ -e "$here/$1" ] || fail "no script $1; there are: $(cd "$here" && ls ./*.lua | grep -v lib.lua | tr '\n' ' ')"
command -v script >/dev/null || fail "the program 'script' is missing (Debian: bsdutils)"

lua=${PKTGEN_LUA:-}
at=$(dirname "$(readlink -f "$PKTGEN")")
while [ -z "$lua" ] && [ "$at" != / ]; do
    [ -e "$at/Pktgen.lua" ] && lua=$at
    at=$(dirname "$at")
done
[ -n "$lua" ] || fail "Pktgen.lua is not above $PKTGEN: set PKTGEN_LUA to its folder"

RESULT=$(readlink -f "${RESULT:-result.jsonl}")
export RESULT TERM=xterm LUA_PATH="$here/?.lua;$lua/?.lua;;"
before=$(wc -l <"$RESULT" 2>/dev/null || echo 0)
sockets=${SOCKETS:-/run/culvert-bench}
eal=${EAL:---lcores (0,1)@1 -n 1 --no-huge -m 3072 --no-pci --file-prefix pktgen
    --vdev net_virtio_user0,path=$sockets/vh0.sock,queue_size=1024,speed=100000
    --vdev net_virtio_user1,path=$sockets/vh1.sock,queue_size=1024,speed=100000}
log=$(mktemp)
# Pktgen wants a terminal; script(1) lends it one. Arguments travel quoted, because script runs a shell of its own.
command=$(printf "'%s' " "$PKTGEN" $(echo "$eal") -- -m "${MAP:-1.[0-1]}" -f "$here/$1")
[ -z "${PCAP:-}" ] || command="$command -s '${TX_PORT:-0}:$PCAP'"
script -qec "$command" "$log" </dev/null >/dev/null || true
after=$(wc -l <"$RESULT" 2>/dev/null || echo 0)
[ "$after" -gt "$before" ] || fail "no result was written; what Pktgen said last ($log): $(tail -n 5 "$log" | tr -d '\033')"
rm -f "$log"
tail -n "+$((before + 1))" "$RESULT"
