#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A tunnel with strongSwan through every combination of NATs, started by either side: pings and TCP both ways, a capture
# on the internet without a clear packet, and what Culvert tells about the NATs.
# cases: responder-none responder-peer-nat responder-culvert-nat responder-both responder-both-random
# cases: initiator-none initiator-peer-nat initiator-culvert-nat initiator-both initiator-culvert-masq
. "$(dirname "$0")/../lib/lab.sh"

case $1 in
*-none) a=none b=none ;;
responder-peer-nat) a=masq b=none ;;
initiator-peer-nat) a=fwd b=none ;;
*-culvert-nat) a=none b=1to1 ;;
responder-both) a=masq b=1to1 ;;
responder-both-random) a=random b=1to1 ;;
initiator-both) a=fwd b=1to1 ;;
initiator-culvert-masq) a=none b=masq ;;
esac
lab_up "a=$a" "b=$b"
check_capture_start
if [[ $1 == responder-* ]]; then
    gw_pair
    gw_start b
    gw_start a
    gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
else
    gw_pair a.peer=any "b.peer=$(gw_public a)"
    gw_start a
    gw_start b
    gw_initiate b foo || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwb/initiate.log")"
fi
check_traffic
check_equal "children at strongSwan" 1 "$(gw_children a)"
check_equal "children at Culvert" 1 "$(gw_children b)"

behind() { if [ "$1" = none ]; then echo False; else echo True; fi; }
check_equal "Culvert's view of its own NAT" "$(behind "$b")" "$(culvert_nat b local)"
check_equal "Culvert's view of the peer's NAT" "$(behind "$a")" "$(culvert_nat b remote)"
check_capture_end --least-esp 100
echo "shows: $CHECK_RATES Mbit/s; $(head -n 1 <<<"$CHECK_CAPTURE")"
