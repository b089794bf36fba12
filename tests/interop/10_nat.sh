#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A tunnel with strongSwan through every combination of NATs, started by either side: pings and TCP both ways, a capture
# on the internet without a clear packet, and what Culvert tells about the NATs.
# cases: responder-none responder-peer-nat responder-culvert-nat responder-both responder-both-random
# cases: responder-both+af_packet initiator-culvert-masq+af_packet
# cases: responder-forced initiator-forced initiator-none initiator-peer-nat initiator-culvert-nat initiator-both initiator-culvert-masq
. "${0%/*}/../lib/lab.sh" || exit

case $1 in
*-none | *-forced) a=none b=none ;;
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
encap=auto
[[ $1 == *-forced ]] && encap=force
if [[ $1 == responder-* ]]; then
    gw_pair "b.encap=$encap"
    gw_start b
    gw_start a
    gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
else
    gw_pair a.peer=any "b.peer=$NET_PUBLIC_a" "b.encap=$encap"
    gw_start a
    gw_start b
    gw_initiate b foo || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwb/initiate.log")"
fi
check_traffic
check_equal "children at strongSwan" 1 "$(gw_children a)"
check_equal "children at Culvert" 1 "$(gw_children b)"

behind=True
[ "$b" = none ] && behind=False
check_equal "Culvert's view of its own NAT" "$behind" "$(culvert_nat b local)"
# strongSwan's userland ESP always pretends to be behind a NAT, to have its ESP encapsulated
check_equal "Culvert's view of the peer's NAT" True "$(culvert_nat b remote)"
if [ "$1" = responder-both ] || [ "$1" = responder-culvert-nat ]; then
    check_equal "public address that the peer dialled" "$NET_PUBLIC_b" \
        "$(culvert_json b 'd["peers"][0]["local"].get("dialled")' show nat)"
fi
check_capture_end --least-esp 100
echo "shows: $CHECK_RATES Mbit/s; $(head -n 1 <<<"$CHECK_CAPTURE")"
