#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# 20,000 IKE_SA_INIT requests from 400 places that never go on: a live tunnel loses nothing, a new peer connects all the
# same, answers stay smaller than what asked for them, and nothing is left afterwards.
. "${0%/*}/../lib/lab.sh" || exit

CHECK_SNAP=2000
lab_up a=masq b=1to1 clients=2
conn a net id=@foo peer_id=@gw "peer=$NET_PUBLIC_b"
conn a2 net id=@bar peer_id=@gw "peer=$NET_PUBLIC_b"
conn b foo id=@gw peer_id=@foo
conn b bar id=@gw peer_id=@bar "peer_lan=${NET_LAN[a2]}.0/24"
CULVERT_EXTRA[b]='"limits": {"half_open_timeout_s": 3},'
check_capture_start
gw_start b
gw_start a
gw_start a2
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
check_ping a "${NET_LAN[b]}.10" 20 0.02
check_capture_end
sources=()
for host in {100..149}; do
    net_address inet tob "${NET_ROUTER_b%.*}.$host/24"
    sources+=("${NET_ROUTER_b%.*}.$host")
done
memory() { awk '/VmRSS/ { print $2 }' "/proc/${GW_PID[b]}/status"; }
before=$(memory)
lab_spawn inet "$LAB_OUT/flood" "$LAB_PYTHON" "$(dirname "$0")/init_flood.py" "$CHECK_PCAP" "$NET_PUBLIC_b" "${sources[@]}"
flood=$LAB_PID
check_ping_start a "${NET_LAN[b]}.10" 500 0.01
connected=0
for turn in 1 2 3; do
    sleep 0.5
    if swan_initiate a2 net 10; then connected=$((connected + 1)); fi
    swan_terminate a2 net || lab_fail "turn $turn: the peer cannot close its tunnel"
done
check_ping_lost
lab_wait 20 test -s "$LAB_OUT/flood" || lab_fail "the flood did not end"
lab_end "$flood"
read -r sent sent_bytes answers answer_bytes <"$LAB_OUT/flood"
check_equal "pings lost" 0 "$CHECK_LOST"
check_equal "connections of a new peer beside the flood" 3 "$connected"
[ "$answer_bytes" -le "$sent_bytes" ] || lab_fail "$answer_bytes bytes answered to $sent_bytes"
[ "$(culvert_json b 'd["ike"]["cookies_sent"]' show counters)" -gt 0 ] || lab_fail "no cookie was asked for"
grown=$(($(memory) - before))
[ "$grown" -lt 40000 ] || lab_fail "culvertd grew by $grown KiB"
alone() { [ "$(culvert_ikes b)" = 1 ] && [ "$(culvert_json b 'd["half_open"]' status)" = 0 ]; }
lab_wait 8 alone || lab_fail "half-open state is left: $(culvert_ctl b status)"
figure "IKE_SA_INIT from 400 places that answer nothing" "$sent requests, 4,000/s" \
    "a new peer connects $connected of 3 times, $CHECK_LOST of $CHECK_SENT pings lost, answers have $((answer_bytes * 100 / sent_bytes)) % of the bytes, $grown KiB"
echo "shows: $sent requests, $answers answers with $((answer_bytes * 100 / sent_bytes)) % of their bytes, $CHECK_SENT pings, none lost, 3 of 3 connected, $grown KiB more"
