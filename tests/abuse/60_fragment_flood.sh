#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A flood of IP fragments that never make a packet, from invented addresses, from one, and under the peer's own, beside a
# live tunnel whose packets come in fragments, too: pings of 3,000 and of 65,507 bytes lose nothing, every piece of the
# flood is counted, and memory stays within what reassembly may hold.
. "${0%/*}/../lib/lab.sh" || exit

GW_ENGINE[a]=culvert
NET_HOST_MTU=1500
lab_up a=none b=none
gw_pair frag=after
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
check_reach b "${NET_LAN[a]}.10" 5
memory() { awk '/VmRSS/ { print $2 }' "/proc/${GW_PID[b]}/status"; }
pieces_lost() { culvert_json b 'sum(c["count"] for c in d["drops"] if c["name"] in ("fragment", "frag_cap"))' show counters; }
# pings BYTES COUNT: from host a to host b, in the background; their end is in $LAB_OUT/ping-BYTES
pings() {
    lab_spawn hosta "$LAB_OUT/ping-$1" ping -n -M dont -c "$2" -i 0.05 -W 2 -s "$1" -q "${NET_LAN[b]}.10"
    PINGS+=("$LAB_PID")
}
before=$(memory)
PINGS=()
lab_spawn inet "$LAB_OUT/flood" "$LAB_PYTHON" "$(dirname "$0")/fragment_flood.py" "$NET_PUBLIC_b" "$NET_PUBLIC_a"
flood=$LAB_PID
pings 3000 80
pings 65507 80
for pid in "${PINGS[@]}"; do
    while lab_alive "$pid"; do sleep 0.1; done
    lab_end "$pid"
done
lab_wait 20 test -s "$LAB_OUT/flood" || lab_fail "the flood did not end"
lab_end "$flood"
sent=$(cat "$LAB_OUT/flood")
for size in 3000 65507; do
    grep -q ' 80 received' "$LAB_OUT/ping-$size" || lab_fail "pings of $size bytes: $(grep received "$LAB_OUT/ping-$size") a: $(culvert_dropped a) b: $(culvert_dropped b)"
done
# What waits is forgotten after five seconds, when something else comes.
sleep 5.2
lab_in hosta ping -n -M dont -c 2 -i 0.2 -W 2 -s 3000 -q "${NET_LAN[b]}.10" >"$LAB_OUT/ping-last" || lab_fail "no ping afterwards"
lost=$(pieces_lost)
check_equal "pieces of the flood that are counted" "$sent" "$lost"
grown=$(($(memory) - before))
[ "$grown" -lt 40000 ] || lab_fail "culvertd grew by $grown KiB"
figure "IP fragments that never make a packet" "$sent pieces" \
    "0 of 160 pings in fragments lost, every piece counted, $grown KiB"
echo "shows: $sent pieces, all counted, 160 pings of 3000 and 65507 bytes, none lost, $grown KiB more"
