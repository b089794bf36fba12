#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# One of two Culverts is killed and started again. It does not call, and nobody has DPD: the other one learns from the answers to
# its ESP packets that its SAs are unknown, finds that nobody answers them, and makes new ones. In UDP through NATs, and in
# plain ESP without any.
# cases: nat plain
. "${0%/*}/../lib/lab.sh" || exit

GW_ENGINE[a]=culvert
if [ "$1" = nat ]; then
    lab_up a=masq b=1to1
else
    lab_up a=none b=none
fi
gw_pair dpd=0 a.start=true
gw_start b
gw_start a
check_reach a "${NET_LAN[b]}.10" 20
check_ping a "${NET_LAN[b]}.10" 20 0.02
gw_kill b
gw_start b
begin=$EPOCHREALTIME
check_reach a "${NET_LAN[b]}.10" 20
took=$(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN {printf "%.1f", b - a}')
check_equal "children at the one that lived" 1 "$(gw_children a)"
check_equal "IKE SAs at the one that was killed" 1 "$(culvert_ikes b)"
[[ $(culvert_failure a timeout why) == *INVALID_IKE_SPI* ]] || lab_fail "the loss is not explained: $(culvert_ctl a show failures)"
check_ping b "${NET_LAN[a]}.10" 20 0.02
echo "shows: traffic again $took s after the killed gateway was back"
