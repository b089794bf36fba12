#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Every scenario of pktgen-scripts/ through its own run.sh, in the stand-in for Pktgen: sound networks let it pass, and each broken
# one makes it fail with its words. No Pktgen, no network and no root are needed; virtual time makes it seconds.
# usage: [JOBS=N] tests/pktgen/pktgen_test.sh
set -u
tree=$(cd "$(dirname "$0")/../.." && pwd)
command -v lua5.3 >/dev/null || { echo "pktgen_test.sh: lua5.3 is missing (Debian: lua5.3)" >&2 && exit 1; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/tmp" && export TMPDIR=$dir/tmp
export PKTGEN=$tree/tests/pktgen/standin.lua
scripts=$tree/pktgen-scripts
jobs=${JOBS:-$(($(nproc) + 1))}
forward="single-flow sweep ndr imix many-sas rekey latency soak"
dropped="unknown-spi replay-flood"
touch "$dir/any.pcap" "$dir/ends"
any=$dir/any.pcap

# Ends of cases are lines of one file, since cases run side by side.
ok() { echo ok >>"$dir/ends"; }
not_ok() {
    { echo "not ok $1" && sed 's/^/    | /' "$at/said"; } >"$at/failed"
    cat "$at/failed"
    echo "not ok" >>"$dir/ends"
}
at=$dir

# What a scenario needs beside a sound network.
parameters() {
    case $1 in
    rekey) echo "REKEY=true EVERY=1 TOLERANCE=0" ;;
    ndr) echo "SIZES=512 CONFIRM=4" ;;
    sweep) echo "SIZES=64,1420 RATES=5,100" ;;
    soak) echo "HOURS=0.05" ;;
    latency) echo "RATE=10 SHARES=50" ;;
    replay-flood) echo "PCAP=$any GATEWAY=10.1.0.1" ;;
    ike-flood) echo "PCAP=$any" ;;
    esac
}
drops_of() { case " $dropped " in *" $1 "*) echo "DROPS_FILE=$at/drops" ;; esac; }
world_of() { [ "$1" != ike-flood ] || echo "captured=ike"; }

# run HOW SCENARIO [NAME=VALUE...]: its end is the status; what it said is in said, its rows in result.csv, both in $at
run() {
    local how=$1 name=$2
    shift 2
    rm -f "$at/result.csv"
    : >"$at/drops"
    # shellcheck disable=SC2046
    env SECONDS=4 ROUNDS=2 RESULT="$at/result.csv" STANDIN="$(world_of "$name")" $(parameters "$name") $(drops_of "$name") DROPS="cat $at/drops" "$@" \
        "$how" "$name" >"$at/said" 2>&1
}
by_run_sh() { run "$scripts/run.sh" "$@"; }

# As run.sh does it, in one process instead of a score: the verdict of the last row is the status.
directly() {
    local rows
    LUA_PATH="$scripts/?.lua" SCENARIO="$scripts/$1.lua" run "$tree/tests/pktgen/in_standin.sh" "$@"
    [ -s "$at/result.csv" ] || return 3
    mapfile -t rows <"$at/result.csv"
    printf '%s\n' "${rows[@]//\"\"/\"}" >>"$at/said"
    case ${rows[-1]} in *,verdict,bool,1,*) return 0 ;; *,verdict,bool,0,*) return 1 ;; esac
    return 3
}

# A case in a folder of its own, beside others: beside FUNCTION ARGUMENTS...
beside() {
    while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n; done
    (
        at=$(mktemp -d "$dir/case.XXXXXX")
        "$@"
        rm -rf "$at"
    ) &
}

# ended HOW STATUS WORDS SCENARIO [NAME=VALUE...]
ended() {
    local how=$1 want=$2 words=$3 got
    shift 3
    "$how" "$@"
    got=$?
    if [ "$got" = "$want" ] && grep -qE -- "$words" "$at/said"; then ok; else not_ok "$*: ended with $got, wanted $want and \"$words\""; fi
}
ends() { beside ended directly "$@"; }
ends_run() { beside ended by_run_sh "$@"; }

# value METRIC SCENARIO: the median of its first row in the last run's result
value() { awk -F, -v metric="$1" -v scenario="$2" '$10 == metric && $4 == scenario { print $13; exit }' "$at/result.csv"; }
is() {
    if [ "$2" = "$3" ]; then ok; else echo "$1 is \"$2\", wanted \"$3\"" >"$at/said" && not_ok "$1"; fi
}

# changed SED-EXPRESSION FILE STATUS WORDS SCENARIO [NAME=VALUE...]: the same with one change to the scripts
changed_now() {
    local how=$1 expression=$2 file=$3
    shift 3
    cp -r "$scripts" "$at/changed" && scripts=$at/changed
    sed -i "$expression" "$scripts/$file"
    if cmp -s "$scripts/$file" "$tree/pktgen-scripts/$file"; then
        echo "$expression changes nothing in $file" >"$at/said" && not_ok "$file"
    else
        ended "$how" "$@"
    fi
}
changed() { beside changed_now directly "$@"; }
changed_run() { beside changed_now by_run_sh "$@"; }

# ---- files -----------------------------------------------------------------------------------------------------------

luac5.3 -p "$scripts"/*.lua "$tree/tests/pktgen/standin.lua" >"$at/said" 2>&1 && ok || not_ok "Lua files parse"
for file in run.sh selftest.sh; do sh -n "$scripts/$file" 2>"$at/said" && ok || not_ok "$file parses"; done
def=$tree/app/culvert-bench/bench_columns
is "the header of result files" "$(LUA_PATH="$scripts/?.lua" lua5.3 -e 'print(table.concat(require("lib_rows").columns, ","))')" \
    "$(sed -n 's/^BENCH_COLUMN(\([a-z_]*\),.*/\1/p' "$def.def" | paste -sd,)"
is "the version of the columns" "$(LUA_PATH="$scripts/?.lua" lua5.3 -e 'print(require("lib_rows").version)')" \
    "$(awk '$2 == "BENCH_COLUMNS_VERSION" { print $3 }' "$def.h")"
all=$("$scripts/run.sh" --list | awk '{ print $1 }' | sort | paste -sd' ')
# shellcheck disable=SC2086
is "the scenarios that are tested here" "$(printf '%s\n' $forward $dropped ike-flood | sort | paste -sd' ')" "$all"
named=$(grep -oE '`[a-z_-]+\.(lua|py|sh|gp)`' "$scripts/README.md" | tr -d '`' | sort -u)
for name in $named; do [ -e "$scripts/$name" ] || { echo "the README names it" >"$at/said" && not_ok "$name is missing"; }; done
for name in $all; do grep -qxF "$name.lua" <<<"$named" && ok || { echo "README.md does not name it" >"$at/said" && not_ok "$name"; }; done
for name in $all; do
    "$scripts/run.sh" "$name" --help >"$at/said" 2>&1 && [ "$(wc -w <"$at/said")" -gt 10 ] && ok || not_ok "$name --help"
done

# Requests of mkike.py: lengths agree with each other, header checksums are right, each has an SPI of its own.
python3 -B "$scripts/mkike.py" --mac 02:00:00:00:00:01 --dst 203.0.113.1 --src 203.0.113.10 --count 300 --sources 7 "$dir/ike.pcap" 2>"$at/said" &&
    python3 - "$dir/ike.pcap" >>"$at/said" 2>&1 <<'PY' && ok || not_ok "mkike.py"
import struct, sys
data, at, spis, sources = open(sys.argv[1], "rb").read(), 24, set(), set()
assert struct.unpack_from("<I", data)[0] == 0xA1B2C3D4
while at < len(data):
    length = struct.unpack_from("<I", data, at + 8)[0]
    frame = data[at + 16:at + 16 + length]
    at += 16 + length
    ip = frame[14:]
    words = sum(struct.unpack("!10H", ip[:20]))
    assert (words & 0xFFFF) + (words >> 16) == 0xFFFF, "IP checksum"
    assert struct.unpack_from("!H", ip, 2)[0] == len(ip) and struct.unpack_from("!H", ip, 24)[0] == len(ip) - 20
    assert struct.unpack_from("!I", ip, 28 + 24)[0] == len(ip) - 28, "IKE length"
    spis.add(ip[28:36])
    sources.add(ip[12:16])
assert len(spis) == 300 and len(sources) == 7, (len(spis), len(sources))
PY

# ---- sound networks --------------------------------------------------------------------------------------------------

# It passes, and each line of its result is one of 17 cells.
sound() {
    ended by_run_sh 0 "^passed: $1: " "$1"
    is "lines of $1 with other than 17 cells" "$(python3 -c 'import csv, sys; print(sum(len(r) != 17 for r in csv.reader(open(sys.argv[1]))))' "$at/result.csv")" 0
}
for name in $all; do beside sound "$name"; done
directly single-flow SIZE=512 RATE=40 ROUNDS=3
is "packets that arrive of 512 bytes at 40 % of 10 Gbit/s" "$(value received_rate single-flow)" 932836
is "loss below the gateways' limit" "$(value loss single-flow)" 0
# An lcore has one pace, that of its first port.
directly single-flow SIZE=512 RATE=40 ROUNDS=3 TX_PORT=1 RX_PORT=0
is "packets that arrive of 512 bytes at 40 % of 10 Gbit/s from the second port" "$(value received_rate single-flow)" 932836
directly single-flow SIZE=512 STANDIN="capacity=500000"
is "packets that arrive at a limit of 500000" "$(value received_rate single-flow)" 500000
# Delays that last longer than they say change no rate.
directly unknown-spi SIZE=512 RATE=1 STANDIN="stretch=2"
is "packets dropped of 512 bytes at 1 % of 10 Gbit/s" "$(value dropped_rate unknown-spi | cut -d. -f1)" 23321
ends 0 "Pktgen sent 10000000 packets a second of the 14204545" single-flow STANDIN="stretch=2"
directly ndr SIZES=512 TOLERANCES=0 CONFIRM=60 RESOLUTION=0.1 STANDIN="capacity=1000000"
rate=$(value received_rate ndr/0)
is "a no-drop rate between 0.995 and 1 of the limit of 1000000 ($rate)" "$((rate >= 995000 && rate <= 1000000))" 1
is "its loss" "$(value loss ndr/0)" 0
ends 0 "the gateway's limit is higher" ndr SIZES=1420 TOLERANCES=0
ends 0 "RFC 2544 24 wants 60" ndr TOLERANCES=0 STANDIN="capacity=1000000"
ends 0 "no rate down to 0.5 % of the link had a loss of 0 or less" ndr TOLERANCES=0,0.01 STANDIN="loss=0.002"
ends 0 "^1,.*,many-sas,both,,64,250,,received_rate,.*" many-sas SAS=250
ends 0 ",many-sas,in,,,1000,,received_rate," many-sas WAY=in PCAP="$any" GATEWAY=10.1.0.1 STANDIN="captured=sealed"
ends 0 "by 100000 SAs" many-sas PCAP="$any" SAS=100000 GATEWAY=10.1.0.1 STANDIN="captured=sealed sas=100000 captured_sas=100000"
ends 0 "by 1000 SAs" many-sas RATE=1 STANDIN="loss=0.005 loss_ends=30"
ends 0 "by 1000 SAs" many-sas RATE=0.03 STANDIN="capacity=10000"
ends 0 ",1,.*so not each of 20000 SAs had one" many-sas SAS=20000 RATE=0.01 STANDIN="sas=20000"
# What the gateways ask by ARP, and Pktgen answers, is no traffic.
for seconds in 4 7; do ends 0 "rekeyings, 0 of [0-9]+ packets lost" rekey RATE=1 STANDIN="asks=$seconds"; done
ends 0 "packets a second were dropped, and none came out" unknown-spi STANDIN="asks_far=4 asked=60"
ends 0 "replays a second were dropped" replay-flood FRESH=5000 STANDIN="fresh=5000"
ends 0 "replays a second were dropped" replay-flood FRESH=5000 RATE=0.1 STANDIN="fresh=5000 capacity=10000"
ends 0 "packets a second arrived, loss 0\.0+$|packets a second arrived, loss 0\.0+\"" single-flow RATE=5 STANDIN="lag=4000"
ends 0 "Pktgen itself lost [0-9]+ packets" single-flow STANDIN="own_loss=0.01" RATE=5
ends 0 "Pktgen sent 10000000 packets a second of the 14204545" single-flow
ends 0 ",1,.Pktgen sent [0-9]+ packets a second, and was asked for [0-9]+: what it had no CPU to send" single-flow RATE=5 STANDIN="hurry=2"
ends 0 ",imix,both,,imix,1," imix

# ---- broken networks -------------------------------------------------------------------------------------------------

for name in $all; do
    as=$(world_of "$name")
    ends 1 "port 0 has no link after 10 s" "$name" STANDIN="$as link_down=1"
    ends 1 "10.1.0.1 does not answer ARP on port 0" "$name" STANDIN="$as arp_silent=1"
    ends 1 "counters are not at rest: port 0 sends 2000 packets a second" "$name" STANDIN="$as noise_tx=2000"
    [ "$name" = ike-flood ] || ends 1 "RX_PORT is 1, and Pktgen has 1 ports" "$name" STANDIN="$as ports=1"
done
for name in $forward; do
    ends 1 "counters are not at rest: port 1 receives 2000 packets a second" "$name" STANDIN="noise=2000"
    ends 1 "total loss: of 100 packets 0 arrived at port 1.*culvertctl show drops" "$name" STANDIN="black_hole=1"
    ends 1 "total loss: of 100 packets 0 arrived.* asks for its neighbour, .*RX_ADDRESS \(10.2.0.77\)" "$name" RX_ADDRESS=10.2.0.77
    ends 1 "total loss: of 100 packets . arrived|of the first 100 packets, sent slowly, only" "$name" STANDIN="trickle=1"
    ends 1 "of the first 100 packets, sent slowly, only (5|49)[0-9]* arrived" "$name" STANDIN="loss=0.5"
done
for name in $dropped; do
    ends 1 "DROPS is not set" "$name" DROPS=
    ends 1 "the command of DROPS failed" "$name" DROPS=false
    ends 1 "came out at port 1, and none may" "$name" STANDIN="leak=0.9"
    ends 1 "the gateway dropped 0 as" "$name" STANDIN="black_hole=1"
done
ends 1 "dropped 0 as replay \(most: unknown_spi, [0-9]+\): unknown_spi: the SA was rekeyed since" replay-flood STANDIN="captured=unknown_spi"
ends 1 "PCAP is not set" replay-flood PCAP=
ends 1 "of the first 100 requests 0 were answered.*--mac 02:00:00:00:00:01 --dst 10.1.0.1" ike-flood STANDIN="captured=ike answers=0"
ends 1 "the gateway amplifies" ike-flood STANDIN="captured=ike answers=2"
ends 1 "REKEY is not set" rekey REKEY=
ends 1 "the command of REKEY failed: false" rekey REKEY=false
ends 1 "without any rekeying a share of 0.01" rekey STANDIN="loss=0.01"
ends 1 "those to about 100 are lost, each time: are all 1000 tunnels up" many-sas STANDIN="sas=900"
ends 1 "range mode of Pktgen sends to 24576 destinations" many-sas SAS=24577 STANDIN="sas=30000"
ends 1 "range mode of Pktgen sends to 24576 destinations" soak SAS=24577 STANDIN="sas=30000"
ends 1 "those to about 10 are lost, each time: are all 1000 tunnels up" many-sas PCAP="$any" STANDIN="captured=sealed sas=990"
ends 1 "of the first 100 packets, sent slowly, only 0 arrived|total loss: of 100 packets 0 arrived" many-sas PCAP="$any" STANDIN="captured=replay"
ends 1 "packets, sent for the first time, 0 came out" replay-flood FRESH=5000
ends 1 "came out at port 1, and none may" replay-flood STANDIN="fresh=5000"
ends 1 "no rate of any size had a loss within" ndr TOLERANCES=0 STANDIN="loss=0.01"
ends 1 "no stamped packet came back" latency STANDIN="latency_lost=1"
ends 1 "in minute 1 a share of 0.01" soak STANDIN="loss=0.01"
ends 1 "port 0 reports a link speed of 0" single-flow STANDIN="speed=0"
ends_run 1 "^FAILED: single-flow: total loss: of 100 packets 0 arrived" single-flow STANDIN="black_hole=1"
ends_run 1 "^FAILED: single-flow: SIZE is \"big\", which is no number" single-flow SIZE=big
ends 1 "SIZE is \"big\", which is no number" single-flow SIZE=big
ends 1 "RATE is 101; it goes from" single-flow RATE=101

# ---- the self-test ---------------------------------------------------------------------------------------------------

# selftest_ends STATUS WORDS [NAME=VALUE...]: with a stand-in for the link, too
selftest_ends() {
    local want=$1 words=$2 got
    shift 2
    mkdir -p "$at/bin" && ln -sf "$tree/tests/pktgen/link_standin.py" "$at/bin/dpdk-testpmd"
    env PATH="$at/bin:$PATH" LINK="$at/link" RESULT="$at/result.csv" SCENARIOS="single-flow imix" SECONDS=4 "$@" "$scripts/run.sh" --selftest >"$at/said" 2>&1
    got=$?
    if [ "$got" = "$want" ] && grep -qE -- "$words" "$at/said"; then ok; else not_ok "--selftest $*: ended with $got, wanted $want and \"$words\""; fi
}
beside selftest_ends 0 "self-test passed"
beside selftest_ends 1 "self-test FAILED: 2 scenarios ended otherwise" STANDIN="loss=0.5"
# A tool that cannot see that nobody carries is not fit to measure.
changed_selftest() {
    cp -r "$scripts" "$at/changed" && scripts=$at/changed
    sed -i 's/loop_start rxonly/loop_start io/' "$scripts/selftest.sh"
    selftest_ends 1 "self-test FAILED: 1 scenarios"
}
beside changed_selftest
beside selftest_ends 3 "no Pktgen: no pktgen in PATH" PKTGEN=

# ---- broken scripts --------------------------------------------------------------------------------------------------

for name in $all; do
    changed 's/lib\.check(/lib.chekc(/' "$name.lua" 1 "the script itself is broken: .*chekc" "$name"
    changed '/^lib\.pass(/d' "$name.lua" 1 "ended without a verdict" "$name"
done
changed 's/pktgen\.start(/pktgen.strat(/' lib_ready.lua 1 "the script itself is broken: .*strat" single-flow
changed 's/pktgen\.set_proto(ready\.tx, "udp")/pktgen.set_proto(ready.tx)/' lib_ready.lua 1 "set_proto, wrong number of arguments" single-flow
changed 's/"sport", ready/"sprot", ready/' lib_ready.lua 1 "set does not support sprot" single-flow
changed 's/pktgen\.set_type(ready\.tx, "ipv4")/pktgen.set_type(7, "ipv4")/' lib_ready.lua 1 "invalid portlist" single-flow
changed 's/pktgen\.load(path)/pktgen.seqTable(0, lib.tx, {})/' imix.lua 1 "seqTable sets another port" imix
changed 's/ready\.rx, "on"/ready.rx, "off"/' lib_ready.lua 1 "asks for its neighbour" single-flow
changed 's/^    pktgen\.process(ready\.tx, "on")//' lib_ready.lua 1 "does not answer ARP" single-flow
changed 's/        few_send(1)/        pktgen.delay(2500)/' lib_ready.lua 1 "does not answer ARP" single-flow
changed '$a end end' single-flow.lua 1 "the script itself is broken: .*expected near 'end'" single-flow
changed 's/metric, values\.unit/metrik, values.unit/' lib_rows.lua 1 'there is no column "metrik"' single-flow
# Pktgen's own end with status 0, and no verdict.
changed_run '1i os.exit(0)' start.lua 3 "gave no verdict" single-flow
ends_run 3 "gave no verdict.*|tcgetattr failed" single-flow STANDIN="dies_at_start=1"
ends_run 3 "no Pktgen: no pktgen in PATH" single-flow PKTGEN= PATH=/usr/bin:/bin
ends_run 2 "no scenario nothing; there are: " nothing
by_gateways_sh() { PKTGEN="" PATH=/usr/bin:/bin "$tree/tests/pktgen/gateways.sh" >"$at/said" 2>&1; }
beside ended by_gateways_sh 3 "there is no Pktgen: .*nothing was run"
# A result file with other columns is not added to, and a verdict of an earlier run is none of this one.
echo "a,b" >"$dir/other.csv"
ends_run 3 "has other columns than version 1" single-flow RESULT="$dir/other.csv"
directly single-flow && cp "$at/result.csv" "$dir/old.csv"
ends_run 3 "gave no verdict" single-flow RESULT="$dir/old.csv" STANDIN="dies_at_start=1"

wait
is "lines of the file with other columns" "$(wc -l <"$dir/other.csv")" 1

passed=$(grep -cx ok "$dir/ends")
failed=$(grep -cx "not ok" "$dir/ends")
echo "pktgen-scripts: $passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 150 ]
