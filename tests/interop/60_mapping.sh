#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A NAT that keeps silent mappings for eight seconds, and gives a new one the same port, so that the client's own packets show
# nothing. The client asks its gateway to call after ten seconds, misses the call, makes the mapping anew, and keeps it from then on.
. "${0%/*}/../lib/lab.sh" || exit

GW_ENGINE[a]=culvert
lab_up a=masq b=none
lab_in nata sh -c 'cd /proc/sys/net/netfilter && echo 8 >nf_conntrack_udp_timeout && echo 8 >nf_conntrack_udp_timeout_stream' ||
    lab_fail "the NAT's times cannot be set"
# As home routers do: what comes for nobody is no flow, and takes no port.
lab_in nata nft add table ip itself '{ chain in { type filter hook input priority filter; policy accept; iifname outside meta l4proto udp drop; }; }' ||
    lab_fail "no rules in nata"
for gw in a b; do CULVERT_EXTRA[$gw]='"tunnel": {"probe_path_mtu": false},'; done
gw_pair dpd=0 'a.more=, "keepalive_s": 10'
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
began=$(date +%s%N)
learned() { culvert_json a "d['peers'][0]['local'].get('mapping_$1_s', 0)" show nat; }
since() { echo $((($(date +%s%N) - began) / 1000000)); }
until [ "$(since)" -ge 10500 ]; do sleep 0.1; done
lab_in hostb ping -c 1 -W 0.3 -q "${NET_LAN[a]}.10" >/dev/null && lab_fail "the NAT still has the mapping: nothing is to be noticed"
lab_wait 8 eval '[ "$(learned lost)" = 10 ]' || lab_fail "that the mapping is gone is not noticed: $(culvert_ctl a show nat --json)"
noticed=$(since)
check_reach b "${NET_LAN[a]}.10" 3
check_ping b "${NET_LAN[a]}.10" 3 0.02
check_equal "the port that the gateway sees" "$NET_PUBLIC_a:4500" "$(culvert_endpoint b)"
check_equal "moves" 0 "$(culvert_json b 'd["sas"][0]["moves"]' show sas)"
check_equal "seconds of silence from now on" 5 "$(culvert_json a 'd["peers"][0]["keepalive_s"]' show nat)"
sleep 6.5 # in which nothing but that keeps it
check_ping b "${NET_LAN[a]}.10" 3 0.02
echo "shows: noticed and mended $((noticed - 8000)) ms after the NAT had forgotten it; a silence of 10 s is too long, 5 s are kept"
