#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Addresses of the outside port change while pings go. initiator, responder, fixed: the configuration leaves them to the host, whose
# interface gets a second one and loses the first; with MOBIKE the IKE SA moves there and stays the same one, whoever called,
# without it the peer is called again from there. reload: they are configured; what the host does to them is told and changes
# nothing, and a reload with another one does.
# cases: initiator responder fixed reload
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=none b=none
first=$NET_PUBLIC_b other=${NET_PUBLIC_b%.*}.3
addresses=""
if [ "$1" = reload ]; then addresses='"addresses": ["'$first/24'"],'; fi
CULVERT_PORTS[b]='{"outside": {"device": "wan", "role": "outside", '$addresses' "gateway": "'${NET_HOP[b]}'"},
             "inside": {"device": "lan", "role": "inside", "addresses": ["'${NET_LAN[b]}'.1/24"]}}'
case $1 in
initiator | reload) gw_pair mobike=yes a.peer=any "b.peer=$NET_PUBLIC_a" b.start=true ;;
responder) gw_pair mobike=yes a.dpd=2 ;;
fixed) gw_pair mobike=no a.peer=any "b.peer=$NET_PUBLIC_a" b.start=true ;;
esac
# As distributions have it: what is left of a network stays when its first address goes.
lab_in gwb sh -c 'echo 1 >/proc/sys/net/ipv4/conf/all/promote_secondaries' || lab_fail "no promote_secondaries"

ike_id() { culvert_json b '[s["id"] for s in d["sas"] if s["state"] == "established"]' show sas; }
is_at() { [[ $(culvert_json b '[s["local"] for s in d["sas"] if s["state"] == "established"]' show sas) == "['$1:"* ]]; }
# The outside port's addresses: port_has ADDRESS...
port_has() { [ "$(culvert_json b '" ".join(sorted(d["ports"][0]["addresses"]))' show ports)" = "$(printf '%s/24\n' "$@" | sort | xargs)" ]; }
host() { lab_in gwb ip address "$1" "$2/24" dev culvert-wan || lab_fail "ip address $1 $2"; }
host_has() { lab_in gwb ip -br address show dev culvert-wan | grep -qF "$1/24"; }
answers() { lab_in inet ping -c 1 -W 0.3 -q "$1" >/dev/null; }
# Pings of two seconds, under which something happens; at most one second of them is lost: pings_go_on COMMAND
pings_go_on() {
    local got
    lab_in hosta ping -c 60 -i 0.05 -W 1 -q "${NET_LAN[b]}.10" >"$LAB_OUT/ping.log" &
    sleep 0.5
    "$@"
    wait "$!"
    got=$(sed -n 's/.* \([0-9]*\) received.*/\1/p' "$LAB_OUT/ping.log")
    [ "${got:-0}" -ge 40 ] || lab_fail "$*: $got of 60 pings arrive"
    lost=$((60 - got))
}
# strongSwan was told of a further address: has_told TIMES
has_told() { [ "$(grep -c 'parsed INFORMATIONAL request .*N(ADD_4_ADDR)' "$LAB_OUT/gwa/charon.log")" -ge "$1" ]; }
# The host gives one up for another: change FROM TO
change() {
    host add "$2"
    lab_wait 3 port_has "$1" "$2" || lab_fail "$2 is not taken over: $(culvert_ctl b show ports)"
    answers "$2" || lab_fail "$2 is dead"
    is_at "$1" || lab_fail "the SA is not at $1 any more"
    if [ "$role" != fixed ]; then # told before it is needed
        told=$((${told:-0} + 1))
        lab_wait 3 has_told "$told" || lab_fail "$2 is not told to the peer"
    fi
    pings_go_on host del "$1"
    port_has "$2" || lab_fail "$1 is not given up: $(culvert_ctl b show ports)"
    is_at "$2" || lab_fail "Culvert is not at $2: $(culvert_ctl b show sas)"
    answers "$1" && lab_fail "$1 answers still"
    check_ping b "${NET_LAN[a]}.10" 5 0.02
}
reload() {
    culvert_ctl b reload >"$LAB_OUT/gwb/reload.log" 2>&1 || lab_fail "reload: $(cat "$LAB_OUT/gwb/reload.log")"
    grep -qF "ports.outside.addresses" "$LAB_OUT/gwb/reload.log" || lab_fail "reload does not tell: $(cat "$LAB_OUT/gwb/reload.log")"
}

role=$1
check_capture_start
if [ "$1" = responder ]; then
    gw_start b
    gw_start a
    gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
else
    gw_start a
    gw_start b
fi
check_reach a "${NET_LAN[b]}.10" 10
ike=$(ike_id) from=$(culvert_json b 'd["ports"][0]["addresses_from"]' show ports)
case $1 in
initiator | responder)
    check_equal "where addresses come from" host "$from"
    change "$first" "$other"
    check_equal "the IKE SA" "$ike" "$(ike_id)"
    change "$other" "$first"
    check_equal "the IKE SA, back" "$ike" "$(ike_id)"
    ;;
fixed)
    change "$first" "$other"
    grep -q 'event=ike_down .*our address is gone, and a peer without MOBIKE cannot follow' "$LAB_OUT/gwb/culvertd.log" ||
        lab_fail "Culvert does not say why: $(grep event=ike_down "$LAB_OUT/gwb/culvertd.log")"
    ;;
reload)
    check_equal "where addresses come from" configuration "$from"
    host del "$first"
    host add "$other"
    lab_wait 3 grep -q "event=host_address_lost .*address=$first/24" "$LAB_OUT/gwb/culvertd.log" || lab_fail "a lost address is not told"
    lab_wait 3 grep -q "event=host_address_unused .*address=$other/24" "$LAB_OUT/gwb/culvertd.log" || lab_fail "a new address is not told"
    port_has "$first" || lab_fail "a configured address is given up"
    host del "$other"
    check_ping b "${NET_LAN[a]}.10" 5 0.02
    sed -i "s|\"$first/24\"|\"$other/24\"|" "$LAB_OUT/gwb/culvert.json"
    pings_go_on reload
    port_has "$other" || lab_fail "the reload gives no other address"
    host_has "$other" || lab_fail "the host does not get it"
    answers "$other" || lab_fail "$other is dead"
    is_at "$other" || lab_fail "Culvert is not at $other: $(culvert_ctl b show sas)"
    check_equal "the IKE SA" "$ike" "$(ike_id)"
    ;;
esac
check_capture_end --least-esp 1 --outer "$other" --outer "${NET_HOP[b]}"
echo "shows: $1: $(culvert_json b 'd["sas"][0]["moves"]' show sas) moves, $lost of 60 pings lost; $(head -n 1 <<<"$CHECK_CAPTURE")"
