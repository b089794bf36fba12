#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Two peers of two identities lead to the same network, as two routers of a cloud do. Without a priority the second one is
# refused. With priorities the better tunnel sends and both receive; when it is closed, or its peer is killed and answers no
# more, the other takes over, and when it is back it sends again.
# cases: refused closed killed
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=random b=1to1 clients=2 lans=same
conn a net id=@one peer_id=@gw "peer=$NET_PUBLIC_b"
conn a2 net id=@two peer_id=@gw "peer=$NET_PUBLIC_b"
one=10 two=20
[ "$1" = refused ] && two=0
conn b one id=@gw peer_id=@one dpd=1 retransmit=100 priority=$one
conn b two id=@gw peer_id=@two dpd=1 retransmit=100 priority=$two
gw_start b
gw_start a
gw_start a2
host=${NET_LAN[a]}.10

# sends NAME: whether it is by this connection alone that pings to the network leave now
out_pkts() { culvert_json b "[c['out']['pkts'] for s in d['sas'] if s['connection'] == '$1' for c in s['children'] if not c['replaced']][0]" show sas; }
sends() {
    local other=one one_before two_before
    [ "$1" = one ] && other=two
    one_before=$(out_pkts "$1") two_before=$(out_pkts "$other")
    lab_in hostb ping -n -c 3 -i 0.05 -W 1 -q "$host" >"$LAB_OUT/ping.log" 2>&1 || return 1
    [ "$(out_pkts "$1")" -ge $((one_before + 3)) ] && [ "$(out_pkts "$other" 2>/dev/null || echo "$two_before")" = "$two_before" ]
}
standby() { culvert_json b "[s['connection'] for s in d['sas'] for c in s['children'] if c.get('standby')]" show sas; }

# The worse one first: it sends until the better one is there.
gw_initiate a2 net || lab_fail "no tunnel for the second peer"
lab_wait 3 sends two || lab_fail "the only tunnel does not carry: $(culvert_dropped b)"
if [ "$1" = refused ]; then
    if gw_initiate a net; then lab_fail "a tunnel to a network of another identity was made without its priority"; fi
    fix=$(culvert_failure b overlap fix_here)
    [[ $fix == *priority* ]] || lab_fail "the way out is not told: $fix"
    sends two || lab_fail "the first tunnel is gone"
    echo "shows: without a priority for each the second identity is refused"
    exit 0
fi
gw_initiate a net || lab_fail "no tunnel for the first peer: $(culvert_failure b overlap why)"
lab_wait 3 sends one || lab_fail "the better tunnel does not carry"
check_equal "who stands by" "['two']" "$(standby)"
# Both receive: what comes by the worse one arrives, and is answered by the better one.
lab_in hosta2 ping -n -c 5 -i 0.05 -W 1 -q "${NET_LAN[b]}.10" >"$LAB_OUT/ping2.log" 2>&1
received=$(culvert_json b "[c['in']['pkts'] for s in d['sas'] if s['connection'] == 'two' for c in s['children']][0]" show sas)
[ "$received" -ge 8 ] || lab_fail "what came by the tunnel that stands by was not received: $received packets"

check_ping_start b "$host" 250 0.02
if [ "$1" = closed ]; then
    gw_terminate a net || lab_fail "the first peer cannot close its tunnel"
else
    gw_kill a
fi
lab_wait 8 sends two || lab_fail "the second tunnel did not take over: $(culvert_ctl b show sas)"
check_ping_lost
over=$CHECK_LOST
check_equal "who stands by" "[]" "$(standby)"
if [ "$1" = closed ]; then
    [ "$over" -le 25 ] || lab_fail "$over of $CHECK_SENT pings lost when the tunnel was closed"
else
    [ "$over" -lt 230 ] || lab_fail "the traffic of $CHECK_SENT pings did not go over"
    lab_end "${GW_PID[a]}"
    gw_start a
fi
check_ping_start b "$host" 150 0.02
gw_initiate a net || lab_fail "the first peer does not come back"
lab_wait 3 sends one || lab_fail "the better tunnel did not take over again"
check_ping_lost
[ "$CHECK_LOST" -le 10 ] || lab_fail "$CHECK_LOST of $CHECK_SENT pings lost when the better tunnel was back"
echo "shows: $1: $over pings of 50 a second lost until the other tunnel carried, $CHECK_LOST when the better one was back"
