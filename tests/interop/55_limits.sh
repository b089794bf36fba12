#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A child SA is replaced when so many bytes or packets have passed, or so much time, while pings run; none is lost. One that
# is not replaced ends at its hard limit, on both sides, and a new one takes its place.
# cases: bytes packets seconds hard
. "${0%/*}/../lib/lab.sh" || exit

# 1500 pings of 1000 bytes at 100 per second: 15 s, 1.5 MB and 1500 packets in each direction.
no_children() { [ "$(gw_children a) $(gw_children b)" = "0 0" ]; }
case $1 in
bytes) limit=b.child_bytes=300000 least=3 most=6 ;;
packets) limit=b.child_pkts=400 least=3 most=5 ;;
seconds) limit=b.child_rekey=4 least=2 most=15 ;;
hard) limit=b.child_life_pkts=300 ;;
esac
lab_up a=masq b=1to1
gw_pair "$limit"
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
if [ "$1" = hard ]; then
    check_ping a "${NET_LAN[b]}.10" 100 0.02
    check_equal "children at Culvert before the limit" 1 "$(gw_children b)"
    lab_in hosta ping -n -q -c 300 -i 0.01 -W 1 "${NET_LAN[b]}.10" >"$LAB_OUT/ping-over.log"
    grep -q ', 300 received' "$LAB_OUT/ping-over.log" && lab_fail "no end at 300 packets"
    lab_wait 5 no_children || lab_fail "children: Culvert $(gw_children b), strongSwan $(gw_children a)"
    gw_initiate a net || lab_fail "no new tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
    check_ping a "${NET_LAN[b]}.10" 50 0.02
    echo "shows: $(grep -o '[0-9]* packets transmitted, [0-9]* received' "$LAB_OUT/ping-over.log") past the limit, then a new child"
    exit 0
fi
CHECK_LOG=$LAB_OUT/ping-limits.log
lab_in hosta ping -n -q -c 1500 -i 0.01 -W 3 -s 972 "${NET_LAN[b]}.10" >"$CHECK_LOG" || lab_fail "$(tail -n 3 "$CHECK_LOG")"
grep -q '1500 packets transmitted, 1500 received, 0% packet loss' "$CHECK_LOG" || lab_fail "$(tail -n 3 "$CHECK_LOG")"
rekeys=$(grep -c 'outbound CHILD_SA net{[0-9]*} established' "$LAB_OUT/gwa/charon.log")
[ "$rekeys" -ge "$least" ] && [ "$rekeys" -le "$most" ] || lab_fail "$rekeys rekeys, not $least to $most"
check_equal "children at strongSwan" 1 "$(gw_children a)"
check_equal "children at Culvert" 1 "$(gw_children b)"
for name in limit seq_end unknown_spi no_sa; do check_equal "drops by $name" 0 "$(culvert_drops b "$name")"; done
echo "shows: 1500 pings, none lost, $rekeys rekeys"
