#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# No clear text where the policy wants protection: not from the internet towards the inside, whoever it claims to be from,
# and not from the inside while the tunnel is down, neither before it was up nor after.
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=masq b=1to1
gw_pair
check_capture_start
gw_start b
gw_start a
refused() { # HOST ADDRESS REASON COUNT TEXT: pings that must come nowhere and be counted under one reason
    local before after
    before=$(culvert_drops b "$3")
    lab_in "$1" ping -n -q -c "$4" -i 0.02 -W 0.2 -p "$CHECK_PATTERN" "$2" >/dev/null && lab_fail "$5 got through"
    after=$(culvert_drops b "$3")
    [ $((after - before)) -ge "$4" ] || lab_fail "$5: only $((after - before)) of $4 counted as $3: $(culvert_ctl b show counters)"
}
refused hostb "${NET_LAN[a]}.10" no_sa 20 "clear text to the peer's network before the tunnel"
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
check_ping b "${NET_LAN[a]}.10" 20 0.02
refused hostb "$NET_ROUTER_a" no_policy 20 "clear text that no policy covers"
gw_terminate a net || lab_fail "strongSwan could not close the tunnel"
sleep 0.5
refused hostb "${NET_LAN[a]}.10" no_sa 20 "clear text to the peer's network after the tunnel"
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
check_capture_end

# from the internet to the inside, first as a stranger, then as a host of the peer's network
ip -n "$LAB-inet" route add "${NET_LAN[b]}.0/24" via "$NET_PUBLIC_b"
ip -n "$LAB-natb" route add "${NET_LAN[b]}.0/24" via "${NET_WAN[b]}"
lab_spawn hostb "$LAB_OUT/inside.log" tcpdump -n -l -i eth0 icmp
lab_wait 5 lab_has "$LAB_OUT/inside.log" 'listening on' || lab_fail "tcpdump did not start"
refused inet "${NET_LAN[b]}.10" no_policy 20 "clear text of a stranger"
net_address inet lo "${NET_LAN[a]}.77/32"
before=$(culvert_drops b clear_text)
lab_in inet ping -n -q -c 20 -i 0.02 -W 0.2 -I "${NET_LAN[a]}.77" "${NET_LAN[b]}.10" >/dev/null &&
    lab_fail "clear text in the name of the peer's network got through"
[ $(($(culvert_drops b clear_text) - before)) -ge 20 ] || lab_fail "not counted as clear_text: $(culvert_ctl b show counters)"
sleep 0.2
grep -q 'ICMP echo' "$LAB_OUT/inside.log" && lab_fail "clear text came to the inside: $(grep -m 1 ICMP "$LAB_OUT/inside.log")"
check_ping a "${NET_LAN[b]}.10" 20 0.02
figure "clear text to, from and in the name of protected networks" "five kinds, 20 packets each" "none passes, each is counted by name"
echo "shows: five kinds of clear text dropped by name; $(head -n 1 <<<"$CHECK_CAPTURE")"
