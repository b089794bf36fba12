#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# 10,000 malformed datagrams on UDP 500 and 4500 beside a live tunnel: no crash, no ping lost, every datagram counted.
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=masq b=1to1
gw_pair
CULVERT_EXTRA[b]='"limits": {"half_open_timeout_s": 3},'
CHECK_SNAP=2000
check_capture_start
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
check_ping a "${NET_LAN[b]}.10" 20 0.02
gw_rekey a net child || lab_fail "child rekey"
gw_rekey b foo ike || lab_fail "IKE rekey"
sleep 0.5
check_capture_end

sent_before=$(culvert_accounted b)
check_ping_start a "${NET_LAN[b]}.10" 600 0.01
counts=$(lab_in inet "$LAB_PYTHON" "$(dirname "$0")/malformed_send.py" "$CHECK_PCAP" "$NET_PUBLIC_b" --count 10000) ||
    lab_fail "the sender did not finish"
check_ping_lost
check_equal "pings lost" 0 "$CHECK_LOST"
lab_alive "${GW_PID[b]}" || lab_fail "culvertd is gone: $(tail -n 3 "$LAB_OUT/gwb/culvertd.log")"
# the pings are counted too: one ESP packet each
check_equal "datagrams accounted for" $((10000 + CHECK_SENT)) $(($(culvert_accounted b) - sent_before))
check_equal "children at Culvert" 1 "$(gw_children b)"
alone() { [ "$(culvert_ikes b)" = 1 ] && [ "$(culvert_json b 'd["half_open"]' status)" = 0 ]; }
lab_wait 8 alone || lab_fail "half-open state is left: $(culvert_ctl b show sas)"
check_ping b "${NET_LAN[a]}.10" 50 0.02
gw_stop b
check_equal "exit status of culvertd" 0 "$LAB_STATUS"
figure "malformed datagrams on UDP 500 and 4500" "10,000" "each counted, no crash, $CHECK_LOST of $CHECK_SENT pings of a live tunnel lost"
echo "shows: ${counts% *} datagrams to 500 and ${counts#* } to 4500, all counted, $CHECK_SENT pings, none lost"
