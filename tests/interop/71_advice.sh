#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A peer with a wrong identity: what `culvertctl explain` tells its operator to write into swanctl.conf is written there,
# as it stands, and the tunnel comes up.
# cases: name name-with-comma key-id key-id-bytes
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=masq b=1to1
case $1 in
name) expected="C=NZ, O=Lab Ltd, CN=road" ;;
name-with-comma) expected='O=Lab\\, Ltd, CN=road' ;; # JSON's backslash
key-id) expected=keyid:branch-7 ;;
key-id-bytes) expected=0x00ff80 ;;
esac
gw_pair a.id=@stranger "b.peer_id=$expected"
gw_start b
gw_start a
gw_initiate a net && lab_fail "a stranger got a tunnel"
advice=$(culvert_failure b unknown_id fix_peer)
id=$(sed -nE 's/.*\(strongSwan: local\.id = (.*)\)$/\1/p' <<<"$advice")
[ -n "$id" ] || lab_fail "no identity to copy is told: $advice"
gw_stop a
GW_VALUE[a/net/id]=swan:$id
gw_start a
gw_initiate a net || lab_fail "no tunnel with local.id = $id: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
culvert_ctl b show sas | grep -qF "$(sed 's/\\\\/\\/' <<<"${expected%%,*}")" || lab_fail "the peer is not shown as $expected: $(culvert_ctl b show sas)"
echo "shows: local.id = $id"
