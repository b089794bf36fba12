#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A peer whose address is a host name. While nobody knows the name, that is told and asked again; when the machine's resolver
# knows it, the tunnel comes up; and when the peer is called anew, the name is asked for anew.
. "${0%/*}/../lib/lab.sh" || exit

name=road.example.org
lab_up a=fwd b=1to1
# What "ip netns exec" shows the daemon as its own /etc; it goes with the lab.
etc=/etc/netns/$LAB-gwb
mkdir -p "$etc" || lab_fail "no $etc"
echo "127.0.0.1 localhost" >"$etc/hosts"
echo "options timeout:1 attempts:1" >"$etc/resolv.conf"
gw_pair "b.peer=$name"
gw_start b
gw_start a
culvert_ctl b initiate foo >"$LAB_OUT/initiate.log" 2>&1 || lab_fail "not called: $(cat "$LAB_OUT/initiate.log")"
told() { [ -n "$(culvert_failure b name why)" ]; }
lab_wait 10 told || lab_fail "a name that nobody knows is not told: $(culvert_ctl b show failures)"
why=$(culvert_failure b name why)
culvert_failure b name what | grep -qF "\"$name\"" || lab_fail "the record does not name it: $(culvert_ctl b explain)"
echo "$NET_PUBLIC_a $name" >>"$etc/hosts"
gw_initiate b foo || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwb/initiate.log"); $(culvert_ctl b explain)"
check_reach b "${NET_LAN[a]}.10" 5
echo "shows: $name: $why"
