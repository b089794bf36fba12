#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# strongSwan asks for transport mode between the two gateways' own addresses. It gets tunnel mode, which is told with the way out
# at the peer.
. "$(dirname "$0")/../lib/lab.sh"

lab_up a=none b=none
gw_pair "a.lan=${NET_WAN[a]}/32" "a.peer_lan=$(gw_public b)/32" "b.lan=$(gw_public b)/32" "b.peer_lan=${NET_WAN[a]}/32"
gw_start b
gw_start a
sed -i 's/^\( *\)local_ts = /\1mode = transport\n&/' "$LAB_OUT/gwa/swanctl/swanctl.conf"
swan_ctl a --load-conns >"$LAB_OUT/gwa/load.log" 2>&1 || lab_fail "strongSwan does not take transport mode: $(tail -n 2 "$LAB_OUT/gwa/load.log")"
gw_initiate a net || true # whether it takes tunnel mode is its own matter
told=$(culvert_failure b transport_mode fix_peer)
[[ $told == *"mode = tunnel"* ]] || lab_fail "it is not told: $(culvert_ctl b show failures)"
swan_logged a "USE_TRANSP" || lab_fail "strongSwan did not ask for transport mode"
check_equal "children at Culvert" "$(gw_children a)" "$(gw_children b)"
echo "shows: $told"
