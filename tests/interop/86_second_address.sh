#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A port with two addresses of one subnet, as a cloud instance with two public addresses has them, on both ports: each
# answers ARP, echo, IKE and ESP, wherever it stands in the list. The peer calls the address that is not the first.
# cases: listed-first listed-second
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=masq b=1to1 v6=yes
one=${NET_WAN[b]} two=${NET_PRIVATE_b}.11 public=${NET_PUBLIC_b%.*}.3
net_address natb outside "$public/24"
lab_in natb nft -f - <<NFT || lab_fail "no second mapping in natb"
add rule ip address before iifname outside ip daddr $public dnat to $two
add rule ip address after oifname outside ip saddr $two snat to $public
NFT
# The prefixes of addresses ending in these two numbers, as a list of JSON: both START FIRST SECOND LENGTH
both() { printf '"%s%s/%s", "%s%s/%s"' "$1" "$2" "$4" "$1" "$3" "$4"; }
wan6=${NET_WAN6[b]%10} order=(1 2)
if [ "$1" = listed-first ]; then order=(2 1); fi
outside="$(both "$NET_PRIVATE_b.1" $((order[0] - 1)) $((order[1] - 1)) 24), $(both "${wan6}1" $((order[0] - 1)) $((order[1] - 1)) 64)"
inside="$(both "${NET_LAN[b]}." "${order[@]}" 24), $(both "${NET_LAN6[b]}:" "${order[@]}" 64)"
CULVERT_PORTS[b]='{"outside": {"device": "net_af_packet0,iface=wan", "role": "outside", "addresses": ['$outside'], "gateway": "'${NET_HOP[b]}'"},
             "inside": {"device": "net_af_packet1,iface=lan", "role": "inside", "addresses": ['$inside']}}'
culvert_public() { printf '"%s", "%s"' "$NET_PUBLIC_b" "$public"; }
gw_pair "a.peer=$public"
check_capture_start
gw_start b
gw_start a
# Each address alone, asked by somebody who knows nothing of it yet.
for address in "$one" "$two" "${wan6}10" "${wan6}11"; do
    lab_in natb ip neigh flush dev inside
    lab_in natb ping -c 2 -i 0.2 -W 1 -q "$address" >"$LAB_OUT/ping.log" || lab_fail "$address is dead: $(tail -n 2 "$LAB_OUT/ping.log")"
done
for address in "${NET_LAN[b]}.1" "${NET_LAN[b]}.2" "${NET_LAN6[b]}:1" "${NET_LAN6[b]}:2"; do
    lab_in hostb ip neigh flush dev eth0
    lab_in hostb ping -c 2 -i 0.2 -W 1 -q "$address" >"$LAB_OUT/ping.log" || lab_fail "$address is dead: $(tail -n 2 "$LAB_OUT/ping.log")"
done
gw_initiate a net || lab_fail "no tunnel to $public: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
check_ping a "${NET_LAN[b]}.10" 20 0.02
check_ping b "${NET_LAN[a]}.10" 20 0.02
local_at=$(culvert_json b 'd["sas"][0]["local"]' show sas)
check_equal "the address that answers" "$two:4500" "$local_at"
# Through the tunnel, to both addresses of the inside.
lab_in hosta ping -c 2 -i 0.2 -W 1 -q "${NET_LAN[b]}.1" >/dev/null || lab_fail "no echo of ${NET_LAN[b]}.1 through the tunnel"
lab_in hosta ping -c 2 -i 0.2 -W 1 -q "${NET_LAN[b]}.2" >/dev/null || lab_fail "no echo of ${NET_LAN[b]}.2 through the tunnel"
check_capture_end --least-esp 40 --outer "$public"
echo "shows: $1: eight addresses answer, IKE and ESP at $two"
