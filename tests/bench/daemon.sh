#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Measures culvertd itself, with SAs that IKE made with strongSwan; `--help` tells how.
here=$(cd "$(dirname "$0")" && pwd)

usage() {
    cat <<TEXT
usage: tests/bench/daemon.sh [options]

Measures culvertd as it runs, with SAs that it negotiated with strongSwan, and prints beside it what
\`culvert-bench path\` says of the same packets in its own process. Unit: TSC cycles per packet between the port
driver's calls, on one core; one SA, ESP in UDP, AES-128-GCM.

In network namespaces of their own: strongSwan behind a NAT, and culvertd on two metered ports (meter_preload.c), each
of which passes IKE, ARP and ESP on to a veth. When the tunnel carries pings both ways,
  out  the inside port feeds clear packets at full speed, and the outside port takes the ESP packets. Each must have
       the next sequence number, and strongSwan must open every 1,021st;
  in   strongSwan really sends --held packets, which the outside port keeps until all are there and then hands to
       culvertd at full speed; the inside port takes what comes out.
A figure counts only when culvertd's own counters and the ports agree that every packet came through.

  --sizes LIST       plaintext Ethernet frame bytes, and imix (default 64,512,1420,imix); inbound at most 1414,
                     which is what strongSwan's userland ESP carries
  --direction WHICH  out, in or both (default)
  --packets N        packets of an outbound figure (default 2000000)
  --held N           packets of an inbound figure (default 65536)
  --rounds N         measure all so often (default 3); a figure that no second round confirms is starred
  --core N           CPU of culvertd's worker and of culvert-bench (default: the last one); all else keeps off it
  --poll MODE        busy (default: what culvertd does on NICs) or adaptive
  --json             one object per line instead of the table
  --build DIR        build folder (default: the first of build, build-release, build-test/gcc that has culvertd)
Environment: LAB_OUT is a folder for configurations and logs, kept.

Needs root, strongSwan, and a build for this CPU (meson setup build --buildtype=release && ninja -C build). A
figure takes two or three seconds a round. Exit status: 0, or 1 with a sentence when something did not come up or
when packets were lost. A ratio of starred figures is not judged: the machine was disturbed, measure again.

example: tests/bench/daemon.sh --sizes 64,imix --rounds 1
TEXT
}

wrong() {
    echo "daemon.sh: $*, see --help" >&2
    exit 2
}

sizes=64,512,1420,imix directions="out in" packets=2000000 held=65536 rounds=3 core="" poll=busy format=table build=""
while [ $# -gt 0 ]; do
    case $1 in
    --json) format=json ;;
    --help | -h) usage && exit 0 ;;
    --sizes | --direction | --packets | --held | --rounds | --core | --poll | --build)
        [ $# -gt 1 ] || wrong "$1 needs a value"
        case $1 in
        --sizes) sizes=$2 ;;
        --direction) directions=$2 ;;
        --packets) packets=$2 ;;
        --held) held=$2 ;;
        --rounds) rounds=$2 ;;
        --core) core=$2 ;;
        --poll) poll=$2 ;;
        --build) build=$2 ;;
        esac
        shift
        ;;
    *) wrong "what is \"$1\"?" ;;
    esac
    shift
done
[ "$directions" = both ] && directions="out in"
for word in $directions; do [[ $word =~ ^(out|in)$ ]] || wrong "--direction $directions makes no sense"; done
for word in ${sizes//,/ }; do
    [ "$word" = imix ] || { [[ $word =~ ^[0-9]+$ ]] && [ "$word" -ge 64 ] && [ "$word" -le 1420 ]; } ||
        wrong "--sizes: $word is no frame size from 64 to 1420, nor imix"
done
for word in "$packets" "$held" "$rounds"; do [[ $word =~ ^[1-9][0-9]*$ ]] || wrong "$word is no number"; done
for word in "$held" "$packets"; do [ "$word" -ge 16384 ] || wrong "fewer than 16384 packets tell nothing"; done
[[ $poll =~ ^(busy|adaptive)$ ]] || wrong "--poll $poll makes no sense"
[ "$(id -u)" = 0 ] || wrong "network namespaces need root"

# ---- where things are ------------------------------------------------------------------------------------------------

tree=$(cd "$here/../.." && pwd)
if [ -z "$build" ]; then
    for build in "$tree/build" "$tree/build-release" "$tree/build-test/gcc"; do
        [ -x "$build/app/culvertd/culvertd" ] && break
    done
fi
build=$(realpath -m "$build")
for program in culvertd/culvertd culvertctl/culvertctl culvert-bench/culvert-bench; do
    [ -x "$build/app/$program" ] || wrong "$build/app/$program is not built"
done
# shellcheck source=tests/lib/packages.sh
. "$here/../lib/packages.sh"
# shellcheck disable=SC2086
missing=$(packages_missing $PACKAGES_LAB)
[ -z "$missing" ] || wrong "packages are missing: apt-get install $missing"
path_bench=$build/app/culvert-bench/culvert-bench
meter=$build/tests/bench/meter_preload.so
[ -e "$meter" ] || wrong "$meter is not built"

# Everything but the worker and culvert-bench keeps off the CPU that is measured, if there is another one.
cpus=$("${LAB_PYTHON:-/usr/bin/python3}" - "${core:--1}" <<'PYTHON'
import os
import sys
core, mine, count = int(sys.argv[1]), sorted(os.sched_getaffinity(0)), os.cpu_count()
core = count - 1 if core < 0 else core
others = [c for c in mine if c != core] or [c for c in range(count) if c != core] or [core]
print(core if core < count else "none", ",".join(map(str, others)), others[0])
PYTHON
) || exit 1
read -r core others control <<<"$cpus"
[ "$core" != none ] || wrong "there is no such CPU"
taskset -pc "$others" $$ >/dev/null || exit 1

LAB=${LAB:-culvert-bench-$$} LAB_BIN=$build/app
[ -z "${LAB_OUT:-}" ] || LAB_OUT=$(realpath -m "$LAB_OUT")
# shellcheck source=tests/lib/lab.sh
. "$here/../lib/lab.sh"
CULVERTD=$LAB_OUT/culvertd.sh
cat >"$CULVERTD" <<SH
#!/bin/sh
# culvertd on the CPU to be measured and the others, in the folder that the meter's files are named from.
cd "$LAB_OUT/gwb" && exec taskset -c "$others,$core" \\
    env LD_PRELOAD="$meter" METER_PORTS="\$(cat ports)" "$build/app/culvertd/culvertd" "\$@"
SH
chmod +x "$CULVERTD"
CULVERT_HUGEPAGES=auto CULVERT_MEMORY=256
CULVERT_EXTRA[b]="\"workers\": {\"cores\": [$core], \"control_core\": $control, \"poll\": \"$poll\"},"
SWAN_KEEPALIVE=0s NET_HOST_MTU=1500
run=$LAB_OUT/gwb figures=$LAB_OUT/figures.json
swan_longest=1414 # its TUN device takes IP packets of 1,400 bytes
report() { "$LAB_PYTHON" "$here/daemon_report.py" "$@"; }

# ---- one figure ------------------------------------------------------------------------------------------------------

# The ports of culvertd, and in a file what the meter does on them: ports_write DIRECTION SIZE
ports_write() {
    local inside=net_null0,relay=lan outside=net_null1,relay=wan feed
    feed="start=start,result=result.json,label=culvertd"
    if [ "$1" = out ]; then
        inside+=,flow=plain,size=$2,inner_src=${NET_LAN[b]}.10,inner_dst=${NET_LAN[a]}.10,packets=$packets,$feed
    else
        # A few packets more than the clock wants, since its runs end at whole windows.
        outside+=,hold=$held,packets=$((held / 8 * 7)),$feed
    fi
    echo "$inside;$outside" >"$run/ports"
    CULVERT_PORTS[b]=$(
        cat <<JSON
{
    "inside": {"device": "net_null0", "role": "inside", "addresses": ["${NET_LAN[b]}.1/24"]},
    "outside": {"device": "net_null1", "role": "outside",
                "addresses": ["${NET_WAN[b]}/24"], "gateway": "${NET_HOP[b]}"}
  }
JSON
    )
}

counters_write() { culvert_ctl b show counters --json >"$run/$1.json" || lab_fail "culvertd does not answer"; }

# The measurement begins when this file is there, whole.
start_write() {
    head -c 16 /dev/zero >"$run/start.new" && mv "$run/start.new" "$run/start"
}
result_is_there() { grep -q '"case":"live"' "$run/result.json"; }
result_or_end() { result_is_there || ! lab_alive "${GW_PID[b]}"; }
result_wait() {
    lab_wait "$1" result_or_end
    result_is_there 2>/dev/null && return
    lab_alive "${GW_PID[b]}" || lab_fail "culvertd has ended: $(tail -n 1 "$run/culvertd.log")"
    gw_stop b # then the meter tells how far it came
    lab_fail "no figure within $1 s; culvertd $(report progress "$run/result.json")"
}

daemon_start() {
    mkdir -p "$run"
    rm -f "$run"/{start,result.json,before.json,after.json,peer.json}
    ports_write "$1" "$2"
    gw_start b
    gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
    check_reach a "${NET_LAN[b]}.10" 5
    check_ping b "${NET_LAN[a]}.10" 3 0.02
    pages=$(culvert_json b '"huge" if d["hugepages"] else "small"' status)
    counters_write before
}

# Clear packets from the meter; strongSwan opens the samples, and a host behind it judges them.
measure_out() {
    lab_spawn hosta "$run/peer.log" "$LAB_PYTHON" "$here/udp_flow.py" receive --size "$1" --patience 0.5 --json "$run/peer.json"
    local receiver=$LAB_PID
    lab_wait 5 grep -q listening "$run/peer.log" || lab_fail "the receiver behind strongSwan: $(tail -n 1 "$run/peer.log")"
    start_write
    result_wait 60
    lab_wait 5 test -s "$run/peer.json" || echo '{"good": 0, "bad": 0}' >"$run/peer.json"
    lab_end "$receiver" 1
}

# ESP packets from strongSwan, all of which the meter keeps before it hands out the first.
measure_in() {
    start_write
    lab_in hosta "$LAB_PYTHON" "$here/udp_flow.py" send --size "$1" --longest "$swan_longest" --count "$held" \
        --to "${NET_LAN[b]}.10" --progress "$run/start" --json "$run/peer.json" >"$run/peer.log" 2>&1 || {
        local stuck
        stuck=$(ip -n "$LAB-gwa" -s link show dev ipsec0 | awk '/TX:/ { getline; print $4 }')
        lab_fail "packets through strongSwan were lost before culvertd: $(tail -n 1 "$run/peer.log") (${stuck:-?} in its TUN device)"
    }
    result_wait 60
}

# measure DIRECTION SIZE: one line of figures for culvertd, and one for culvert-bench
measure() {
    local direction=$1 size=$2 amount=$packets
    if [ "$direction" = in ]; then
        amount=$((held / 8 * 7))
        if [ "$size" != imix ] && [ "$size" -gt "$swan_longest" ]; then size=$swan_longest; fi
    fi
    daemon_start "$direction" "$size"
    "measure_$direction" "$size"
    counters_write after
    report judge "$direction" "$2" "$size" "$run" "$held" >>"$figures" 2>"$run/judge.log" ||
        lab_fail "$(tail -n 1 "$run/judge.log")"
    gw_stop b
    [ "$LAB_STATUS" = 0 ] || lab_fail "culvertd ended with $LAB_STATUS: $(tail -n 1 "$run/culvertd.log")"
    taskset -c "$core" "$path_bench" path --json --rounds 2 --wait 5 --core "$core" --sizes "$size" --direction "$direction" \
        --packets "$amount" >"$run/path.json" 2>"$run/path.log" || lab_fail "culvert-bench: $(tail -n 1 "$run/path.log")"
    report path "$2" "$run/path.json" >>"$figures" || lab_fail "culvert-bench gave no figure"
}

# ---- the run ---------------------------------------------------------------------------------------------------------

lab_up a=masq b=none
gw_pair
gw_start a
: >"$figures"
for ((round = 1; round <= rounds; round++)); do
    for size in ${sizes//,/ }; do
        for direction in $directions; do
            [ "$format" = json ] || [ ! -t 2 ] || printf '\rround %d of %d: %s bytes, %s    ' "$round" "$rounds" "$size" "$direction" >&2
            measure "$direction" "$size"
        done
    done
done
[ "$format" = json ] || [ ! -t 2 ] || printf '\r%60s\r' "" >&2
report "$format" "$figures" "culvertd and culvert-bench path: one SA, ESP in UDP, AES-128-GCM, $pages pages, CPU $core, poll $poll"
