#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Fifty tunnels that are rekeyed each second or so: what culvertd takes follows from the tunnels that it has, not from the child
# SAs that it once had. REKEYS=10000 in the environment makes the run longer.
. "${0%/*}/../lib/lab.sh" || exit

tunnels=50 rekeys=${REKEYS:-1000}
lab_up a=masq b=1to1
for ((i = 1; i <= tunnels; i++)); do
    net_address gwa lan "10.100.$i.1/32" # strongSwan's userland ESP wants one of its own in each network
    conn a "net$i" "id=@site$i" peer_id=@gw "peer=$NET_PUBLIC_b" "lan=10.100.$i.0/24"
    conn b "site$i" id=@gw "peer_id=@site$i" "peer_lan=10.100.$i.0/24" child_rekey=1
done
gw_start b
gw_start a
for ((i = 1; i <= tunnels; i++)); do
    gw_initiate a "net$i" || lab_fail "tunnel $i: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
done
memory() { awk '/VmRSS/ { print $2 }' "/proc/${GW_PID[b]}/status"; }
rekeyed() { culvert_json b 'sum(c["totals"]["rekeyed_child"] for c in d["connections"])' show connections; }
reached() { [ "$(rekeyed)" -ge "$1" ]; }
# Those that were replaced linger, and some slots rest before they serve again: that is what comes first.
lab_wait 120 reached 1500 || lab_fail "only $(rekeyed) rekeyings: $(culvert_ctl b show failures)"
from=$(rekeyed) before=$(memory)
lab_wait $((60 + rekeys)) reached $((from + rekeys)) || lab_fail "only $(rekeyed) rekeyings: $(culvert_ctl b show failures)"
after=$(memory) made=$(($(rekeyed) - from))
[ $((after - before)) -lt $((made * 5 / 2)) ] || lab_fail "culvertd grew by $((after - before)) KiB in $made rekeyings"
check_equal "live tunnels" "$tunnels" "$(culvert_ikes b)"
figure "tunnels that are rekeyed without an end" "$made rekeyings of $tunnels tunnels" "$before KiB before, $after KiB after"
echo "shows: $made rekeyings of $tunnels tunnels, $before KiB before and $after KiB after"
