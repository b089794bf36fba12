#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Runs one scenario in Pktgen-DPDK, headless, prints its rows, and ends with its verdict:
# 0 passed, 1 failed (with the sentence why), 2 asked wrongly, 3 Pktgen is missing or gave no verdict.
# Pktgen ends with status 0 whatever happened, so only a verdict in the result file, of this very run, is a success.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

usage() {
    cat <<TEXT
usage: [NAME=value ...] run.sh SCENARIO     one measurement; rows go to RESULT and to standard output
       run.sh SCENARIO --help               what it measures, and its own parameters
       run.sh --selftest                    all of it against a link of its own, without any gateway
       run.sh --list | --help

scenarios
$(list)

where Pktgen is, and its ports
  PKTGEN       the program of Pktgen-DPDK 23.06 (default: pktgen of PATH); README.md tells how to build it
  EAL          DPDK's arguments (default: two virtio-user ports whose sockets, vh0.sock and vh1.sock, are in SOCKETS)
  SOCKETS      ($sockets)
  MAP          Pktgen's -m (1.[0-1]: lcore 1 serves ports 0 and 1; the first lcore can serve none)
  TX_PORT      port towards the gateway (0)         RX_PORT   port where it comes out (1)
  LIMIT        seconds after which Pktgen is ended, without a verdict (86400)

the network, as the gateways are configured
  GATEWAY      the gateway's address on TX_PORT's network; it is asked by ARP (10.1.0.1)
  SRC          TX_PORT's own address, and source of all (10.1.0.10)      PREFIX   its length (24)
  DST          destination, or the first of many (10.2.0.10)
  RX_ADDRESS   RX_PORT's own address, whom the far gateway asks by ARP (DST)
  SPORT DPORT  UDP ports (1024, 9)
  DROPS        command that prints the gateway's drops: "ssh gateway culvertctl show drops"

the load
  SIZE         frame bytes without frame check sequence (64)
  RATE         percent of the link speed that the port reports (100)
  SECONDS      of a trial (10)                      ROUNDS    trials of a figure (3)
  PCAP         capture that TX_PORT sends, for scenarios that say so

the rows
  RESULT       CSV file that they are added to (result.csv); its columns: culvert-bench columns;
               drawn by: culvert-bench plot result.csv --out plots
  CIPHER WORKERS  what you know about the gateway, copied into the rows
  WAY          of what passes: both (two gateways), in or out (one)

before each measurement
  links are up, the gateway answers ARP and is answered, counters are at rest, and a first hundred packets arrive. What is
  not so is told, and nothing is measured.

examples
  PKTGEN=~/pktgen/build/app/pktgen EAL="-l 2-3 -n 4 -a 0000:5e:00.0 -a 0000:5e:00.1" MAP='3.[0-1]' \\
      GATEWAY=10.1.0.1 SIZE=1420 ./run.sh single-flow
  SIZES=64,1420 TOLERANCES=0 ./run.sh ndr
TEXT
}

list() {
    for file in "$here"/*.lua; do
        name=$(basename "$file" .lua)
        case $name in lib* | start) continue ;; esac
        printf '  %-14s%s\n' "$name" "$(sed -n '2s/^-- //p' "$file" | sed 's/[.:] .*//')"
    done
}

fail() {
    status=$1
    shift
    echo "run.sh: $*" >&2
    exit "$status"
}

# Where Pktgen is, or the words of what to do.
pktgen_find() {
    PKTGEN=${PKTGEN:-$(command -v pktgen || true)}
    [ -n "$PKTGEN" ] || fail 3 "there is no Pktgen: no pktgen in PATH, and PKTGEN is not set. Debian has no package of it;" \
        "23.06.1 builds against Debian 12's libdpdk-dev (README.md, Pktgen), then PKTGEN=/path/to/build/app/pktgen"
    [ -x "$PKTGEN" ] || fail 3 "PKTGEN is $PKTGEN, which is no program"
    command -v script >/dev/null || fail 3 "the program 'script' is missing, which lends Pktgen a terminal (Debian: bsdutils)"
}

# The last verdict of this run in RESULT: "1" or "0", a tab, and the sentence. Nothing if there is none.
verdict_of() {
    awk -v run="$RUN" '
        NR == 1 { for (i = split($0, name, ","); i > 0; i--) at[name[i]] = i; next }
        { n = split($0, cell, ",") }
        cell[at["run"]] == run && cell[at["metric"]] == "verdict" {
            reason = cell[at["reason"]]
            for (i = at["reason"] + 1; i <= n; i++) reason = reason "," cell[i]
            if (reason ~ /^".*"$/) { reason = substr(reason, 2, length(reason) - 2); gsub(/""/, "\"", reason) }
            last = cell[at["median"]] "\t" reason
        }
        END { if (last != "") print last }' "$RESULT" 2>/dev/null || true
}

# Pktgen with the scenario, on a terminal that script(1) lends; arguments travel quoted, because script runs a shell of its own.
pktgen_run() {
    # shellcheck disable=SC2046,SC2086
    command=$(printf "'%s' " timeout --foreground "${LIMIT:-86400}" "$PKTGEN" $(echo $eal) -- -P -m "${MAP:-1.[0-1]}" ${PCAP:+-s "${TX_PORT:-0}:$PCAP"} -f "$here/start.lua")
    script -qec "$command" "$log" </dev/null >/dev/null 2>&1 &
    terminal=$!
    wait "$terminal" || true
    terminal=
}
# Without its terminal Pktgen ends, too.
pktgen_stop() { [ -z "${terminal:-}" ] || kill "$terminal" 2>/dev/null || true; }
terminal=
trap pktgen_stop EXIT
trap 'exit 130' INT TERM

scenario_run() {
    RUN=$(date -u +%Y-%m-%dT%H:%M:%SZ)
    # A second run within the same second would find the first one's verdict.
    while [ -n "$(verdict_of)" ]; do sleep 0.2 && RUN=$(date -u +%Y-%m-%dT%H:%M:%SZ); done
    export RUN SCENARIO="$here/$1.lua"
    before=0
    [ ! -e "$RESULT" ] || before=$(wc -l <"$RESULT")
    log=$(mktemp)
    pktgen_run
    [ ! -e "$RESULT" ] || tail -n "+$((before + 1))" "$RESULT"
    verdict=$(verdict_of)
    case $verdict in
    1*) echo "passed: $1: ${verdict#*	}" ;;
    0*) echo "FAILED: $1: ${verdict#*	}" ;;
    *)
        echo "run.sh: $1 gave no verdict; the last that Pktgen said ($log):" >&2
        tail -n 15 "$log" | tr -d '\033' >&2
        return 3
        ;;
    esac
    rm -f "$log"
    [ "${verdict%%	*}" = 1 ]
}

sockets=${SOCKETS:-/run/culvert-bench}
case ${1:-} in
--help | -h) usage && exit 0 ;;
--list) list && exit 0 ;;
--selftest) ;;
-* | '') usage >&2 && exit 2 ;;
*)
    set -- "$(basename "$1" .lua)" "${2:-}"
    [ -e "$here/$1.lua" ] || fail 2 "no scenario $1; there are:$(list | awk '{ printf " " $1 }')"
    if [ "$2" = --help ]; then
        sed -n '2,/^[^-]/s/^-- \{0,1\}//p' "$here/$1.lua"
        exit 0
    fi
    ;;
esac
[ $# -lt 2 ] || [ -z "${2:-}" ] || fail 2 "what is \"$2\"? see --help"

pktgen_find
PCAP=${PCAP:+$(readlink -f "$PCAP")}
[ -z "${PCAP:-}" ] || [ -r "$PCAP" ] || fail 2 "PCAP is $PCAP, which cannot be read"
RESULT=$(readlink -f "${RESULT:-result.csv}")
export RESULT PCAP TERM=xterm LUA_PATH="$here/?.lua;;"
eal=${EAL:---lcores (0,1)@1 -n 1 --no-huge -m 3072 --no-pci --file-prefix pktgen
    --vdev net_virtio_user0,path=$sockets/vh0.sock,queue_size=1024,speed=100000
    --vdev net_virtio_user1,path=$sockets/vh1.sock,queue_size=1024,speed=100000}
if [ "$1" = --selftest ]; then
    # shellcheck source=pktgen-scripts/selftest.sh
    . "$here/selftest.sh"
    selftest
    exit
fi
scenario_run "$1"
