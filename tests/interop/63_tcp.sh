#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# IKE and ESP in TCP (RFC 9329) between two gateways behind NATs, where the network drops all IKE and ESP that is not. A caller
# whose connection says "fallback" finds that out and goes to TCP by itself. The connection is broken off in both ways, the
# tunnel goes on by another one; and when UDP passes again, the caller finds that out as well, and the same IKE SA goes by UDP.
. "${0%/*}/../lib/lab.sh" || exit

GW_ENGINE[a]=culvert
lab_up a=masq b=1to1
CULVERT_EXTRA[b]='"tcp": {"listen": [4500]},'
gw_pair retransmit=300 'a.more=, "tcp": "fallback"'
block() { # what the internet drops
    lab_in inet nft -f - <<NFT || lab_fail "cannot drop $1"
flush ruleset
table ip blocked {
    chain through {
        type filter hook forward priority filter; policy accept;
        $1
    }
}
NFT
}
way() { culvert_json "$1" 'd["sas"][0]["transport"]' show sas; }
connection_of() { culvert_json a 'd["sas"][0]["local"]' show sas; }
by_udp() { [ "$(way a) $(way b)" = "UDP UDP" ]; }
spis_of() { culvert_json "$1" 'd["sas"][0]["spi_i"] + " " + d["sas"][0]["spi_r"]' show sas; }
no_connection() { [ -z "$(lab_in gwa ss -Htn state established dport = 4500)" ]; }
moved() { [ "$(connection_of)" != "$before" ]; }
again() { # WHY: the tunnel goes on by another connection
    lab_wait 15 moved || lab_fail "$1: the tunnel does not go on: $(culvert_ctl a show sas; tail -n 5 "$LAB_OUT/gwa/culvertd.log")"
    check_reach a "${NET_LAN[b]}.10" 5
    check_reach b "${NET_LAN[a]}.10" 5
    check_equal "IKE SAs after $1" 1 "$(culvert_ikes b)"
}

block 'udp dport { 500, 4500 } drop; meta l4proto esp drop'
check_capture_start b
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log"); $(culvert_ctl a explain)"
grep -q 'event=tcp connection=net .*nobody answered by UDP' "$LAB_OUT/gwa/culvertd.log" || lab_fail "the way to TCP is not told"
check_equal "transport" "TCP TCP" "$(way a) $(way b)"
check_reach a "${NET_LAN[b]}.10" 5
check_reach b "${NET_LAN[a]}.10" 5
CHECK_IPERF_AMOUNT="-n 2M" check_iperf a b "${NET_LAN[b]}.10"
rates=$CHECK_RATES
before=$(connection_of)
lab_in gwa ss -K dst "$NET_PUBLIC_b" dport = 4500 >"$LAB_OUT/ss.log" 2>&1 || lab_fail "cannot reset: $(cat "$LAB_OUT/ss.log")"
again "a reset"
before=$(connection_of)
lab_in gwb ss -K sport = 4500 >>"$LAB_OUT/ss.log" 2>&1
again "a reset by the other side"
check_capture_end --least-esp 0
spis=$(spis_of a)
block ''
lab_wait 80 by_udp || lab_fail "UDP passes again, and the tunnel stays: $(way a) $(way b); $(tail -n 5 "$LAB_OUT/gwa/culvertd.log")"
check_reach a "${NET_LAN[b]}.10" 5
check_reach b "${NET_LAN[a]}.10" 5
check_equal "SPIs of the IKE SA behind the move" "$spis" "$(spis_of a)"
lab_wait 15 no_connection || lab_fail "a connection of TCP that nobody uses any more is left"
echo "shows: from UDP to TCP by itself, $rates Mbit/s, on after two resets, and back to UDP by itself"
