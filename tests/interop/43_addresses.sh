#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Inner addresses for strongSwan as roadwarrior.
. "$(dirname "$0")/../lib/lab.sh"

lab_up a=masq b=1to1
gw_pool b staff addresses=10.9.0.0/29 dns=10.2.0.53
conn a net id=@foo peer_id=@gw "peer=$(gw_public b)" vips=0.0.0.0 lan=dynamic
conn b foo id=@gw peer_id=@foo pools=staff peer_lan=dynamic
check_capture_start
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
lab_in gwa ping -c 3 -i 0.1 -I 10.9.0.1 -W 1 "${NET_LAN[b]}.10" || lab_fail "no ping"
lab_in hostb ping -c 3 -i 0.1 -W 1 10.9.0.1 || lab_fail "no ping back"
echo "shows: ok"
