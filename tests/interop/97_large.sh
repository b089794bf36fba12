#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Every size up to the largest that IP carries. Two Culverts that cut after encryption: pings of 100 to 65,507 bytes both
# ways, whose pieces are sealed whole, cut, put together and opened, with hosts whose links carry 1500 bytes or 9001, and
# to the gateway itself. IKE: a caller whose IKE_SA_INIT has 1 to 64 KB and comes in IP fragments is answered, a long one
# after it gave a cookie back.
# cases: af_packet af_xdp over-6 before jumbo ike-af_packet ike-af_xdp ike-over-6
. "${0%/*}/../lib/lab.sh" || exit

GW_ENGINE[a]=culvert
NET_HOST_MTU=1500
case $1 in
*af_xdp) CULVERT_DEVICE_OUTSIDE=net_af_xdp0,iface=wan CULVERT_DEVICE_INSIDE=net_af_xdp1,iface=lan ;;
esac
if [[ $1 == *over-6 ]]; then lab_up a=none b=none v6=yes; else lab_up a=none b=none; fi
peer_b=$NET_PUBLIC_b frag=after
[[ $1 == *over-6 ]] && peer_b=${NET_WAN6[b]}
[ "$1" = before ] && frag=before
if [ "$1" = jumbo ]; then
    for side in a b; do
        ip -n "$LAB-gw$side" link set lan mtu 9001
        ip -n "$LAB-host$side" link set eth0 mtu 9001
    done
    CULVERT_INSIDE='"mtu": 9001,'
fi

gw_pair "a.peer=$peer_b" "frag=$frag"
gw_start b

# Sends an IKE_SA_INIT of BYTES in IP fragments, and once more with the cookie; what came back: ike_ask BYTES
ike_ask() { lab_in inet "$LAB_PYTHON" "$(dirname "$0")/large_init.py" "$peer_b" "$1"; }

if [[ $1 == ike-* ]]; then
    for size in 1000 2500 8000 8193 20000 60000 65400; do
        answer=$(ike_ask "$size") || lab_fail "IKE_SA_INIT of $size bytes: $answer $(culvert_dropped b)"
        want="SA"
        [ "$size" -gt 4096 ] && want="COOKIE SA"
        check_equal "answer to $size bytes" "$want" "$answer"
    done
    check_equal "malformed messages" 0 "$(culvert_json b 'd["ike"]["dropped_malformed"]' show counters)"
    echo "shows: IKE_SA_INIT of 1000 to 65400 bytes answered, from 4 KB on after a cookie"
    exit 0
fi

# pings HOST ADDRESS BYTES COUNT: of which all are answered, with BYTES behind the ICMP header
pings() {
    lab_in "host$1" ping -n -M dont -c "$4" -i 0.05 -W 2 -s "$3" -q "$2" >"$LAB_OUT/ping.log" 2>&1 && return
    lab_fail "pings of $3 bytes from host $1 to $2: $(grep received "$LAB_OUT/ping.log") a: $(culvert_dropped a) b: $(culvert_dropped b)"
}
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
# The hosts and gateways know each other before anything large is sent.
for side in a b; do pings "$side" "${NET_LAN[$side]}.1" 100 1; done
for size in 100 1000 1372 1400 1430 1472 1473 1900 1980 2100 4000 8000 8972 9001 9002 16000 32000 65000 65507; do
    pings a "${NET_LAN[b]}.10" "$size" 5
    pings b "${NET_LAN[a]}.10" "$size" 5
    pings b "${NET_LAN[b]}.1" "$size" 3
    pings a "${NET_LAN[b]}.1" "$size" 3
done
drops='sum(c["count"] for c in d["drops"] if c["name"] in ("malformed", "fragment", "frag_cap", "no_mbuf", "no_room", "tx_full"))'
for side in a b; do check_equal "packets lost by gateway $side" 0 "$(culvert_json "$side" "$drops" show counters)"; done
echo "shows: pings of 100 to 65507 bytes both ways and to the gateway, all answered, cut $frag encryption"
