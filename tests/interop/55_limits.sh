#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A child SA is replaced when so many bytes or packets have passed, or so much time, while pings run; none is lost.
# cases: bytes packets seconds
. "$(dirname "$0")/../lib/lab.sh"

# 1500 pings of 1000 bytes at 100 per second: 15 s, 1.5 MB and 1500 packets in each direction.
case $1 in
bytes) limit=b.child_bytes=300000 least=3 most=6 ;;
packets) limit=b.child_pkts=400 least=3 most=5 ;;
seconds) limit=b.child_rekey=4 least=2 most=6 ;;
esac
lab_up a=masq b=1to1
gw_pair "$limit"
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
CHECK_LOG=$LAB_OUT/ping-limits.log
lab_in hosta ping -n -q -c 1500 -i 0.01 -W 3 -s 972 "${NET_LAN[b]}.10" >"$CHECK_LOG" || lab_fail "$(tail -n 3 "$CHECK_LOG")"
grep -q '1500 packets transmitted, 1500 received, 0% packet loss' "$CHECK_LOG" || lab_fail "$(tail -n 3 "$CHECK_LOG")"
rekeys=$(grep -c 'outbound CHILD_SA net{[0-9]*} established' "$LAB_OUT/gwa/charon.log")
[ "$rekeys" -ge "$least" ] && [ "$rekeys" -le "$most" ] || lab_fail "$rekeys rekeys, not $least to $most"
check_equal "children at strongSwan" 1 "$(gw_children a)"
check_equal "children at Culvert" 1 "$(gw_children b)"
for name in limit seq_end unknown_spi no_sa; do check_equal "drops by $name" 0 "$(culvert_drops b "$name")"; done
echo "shows: 1500 pings, none lost, $rekeys rekeys"
