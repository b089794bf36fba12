#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A neighbour floods the gateway with what ends at its control core: ARP for others, and IKE messages without an SA. The peer
# of a live tunnel rekeys and is asked for signs of life all the while: IKE of SAs that live goes first, within a limit of its own.
. "${0%/*}/../lib/lab.sh" || exit

SECONDS_OF_FLOOD=6
lab_up a=none b=none
gw_pair b.dpd=1
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
mac=$(culvert_json b 'd["ports"][0]["mac"] if d["ports"][0]["role"] == "outside" else d["ports"][1]["mac"]' show ports)
count() { culvert_json b "d['data_path']['$1']" show counters; }
lab_spawn inet "$LAB_OUT/flood" "$LAB_PYTHON" "$(dirname "$0")/strangers_flood.py" tob "$mac" "${NET_WAN[b]}" "$NET_ROUTER_b" "$SECONDS_OF_FLOOD"
flood=$LAB_PID
sleep 1
# The peer's log: its rekeys that were answered, and all answers. `swanctl --rekey` only asks for a rekey.
rekeyed() { [ "$(grep -c 'parsed CREATE_CHILD_SA response' "$LAB_OUT/gwa/charon.log")" -ge "$done" ]; }
answered() { grep -c 'parsed .* response' "$LAB_OUT/gwa/charon.log"; }
before=$(count punted_first) answers=$(answered) done=0
while lab_alive "$flood"; do
    for what in child ike; do
        done=$((done + 1))
        gw_rekey a net "$what" || lab_fail "strongSwan cannot rekey its $what"
        lab_wait 5 rekeyed || lab_fail "the $what was not rekeyed within 5 s beside the flood"
    done
    sleep 0.3
done
lab_end "$flood"
read -r sent <"$LAB_OUT/flood" || lab_fail "the flood did not end"
answers=$(($(answered) - answers))
first=$(($(count punted_first) - before))
[ "$done" -ge 4 ] || lab_fail "only $done rekeys beside the flood"
# Each request that was answered by now has been taken; what the wire or a full queue of the port lost was sent again.
[ "$first" -ge "$answers" ] || lab_fail "$first messages of the live SA came first, and $answers of its requests were answered"
check_equal "children at Culvert" 1 "$(gw_children b)"
check_equal "IKE SAs at Culvert" 1 "$(culvert_ikes b)"
check_ping a "${NET_LAN[b]}.10" 10 0.02
[ "$(count punted)" -gt "$first" ] || lab_fail "no stranger was heard"
limited=$(culvert_json b '[c["count"] for c in d["drops"] if c["name"] == "punt_limit"][0]' show counters)
again=$(grep -c 'retransmit [0-9]* of' "$LAB_OUT/gwa/charon.log")
[ "$again" -le "$done" ] || lab_fail "the peer sent $again requests again, of $done rekeys"
figure "ARP and IKE of strangers to the control core" "$sent frames, $((sent / SECONDS_OF_FLOOD))/s, $limited over the limits" \
    "$done of $done rekeys of a live tunnel, $first messages of it taken first, $again sent twice"
echo "shows: $sent frames of strangers, $limited of them over the limits; $done rekeys, $first messages first, $again sent twice"
