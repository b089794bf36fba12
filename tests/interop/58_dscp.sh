#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# An SA for each class of traffic between the same networks (RFC 4301 4.1), by DSCP: best effort and EF.
# swan: strongSwan has two connections with identities of their own, as its net2net-psk-dscp; what Culvert sends is counted on both
# ends. Without the SA for EF such packets are dropped by name, whatever else is up; called by Culvert it carries them again.
# kernel: the same with that kernel's ESP, which sends by class as well, by marks.
# culverts: two children of one connection on both sides; a packet with EF calls for its own, whatever else is up.
# guest: up to 200 s
# cases: swan kernel culverts
. "${0%/*}/../lib/lab.sh" || exit

EF=(-Q 0xb8)
# ping_class FROM TO COUNT [OPTION]...: all of them come back
ping_class() {
    local from=$1 to=$2 count=$3
    shift 3
    lab_in "$from" ping -n -q -i 0.05 -W 3 -c "$count" "$@" "$to" >"$LAB_OUT/ping.log" 2>&1 ||
        lab_fail "pings from $from to $to $*: $(tail -n 2 "$LAB_OUT/ping.log" | xargs); dropped: $(culvert_dropped b)"
}
# What the child sent or received: pkts GATEWAY CHILD in|out
pkts() { culvert_json "$1" "sum(c['$3']['pkts'] for s in d['sas'] for c in s['children'] if c['name'] == '$2')" show sas; }
# The same of strongSwan: swan_pkts CONNECTION in|out
swan_pkts() { "${GW_ENGINE[a]}_ctl" a --list-sas --ike "$1" | sed -n "s/^ *$2 .* \([0-9]*\) packets.*/\1/p"; }

# Both connections of side a, which are up, carry what is theirs, to and fro: carries TO
carries() {
    local be ef host=$1
    be=$(pkts b be out) ef=$(pkts b ef out)
    ping_class hostb "$host" 5
    ping_class hostb "$host" 7 "${EF[@]}"
    ping_class hostb "$host" 3 -Q 0x28 # af11, which nobody names
    check_equal "packets for best effort" $((be + 8)) "$(pkts b be out)"
    check_equal "packets for EF" $((ef + 7)) "$(pkts b ef out)"
    check_equal "packets for best effort that the peer had" "$(pkts b be out)" "$(swan_pkts be in)"
    check_equal "packets for EF that the peer had" "$(pkts b ef out)" "$(swan_pkts ef in)"
}

peer() {
    local host=$1 be refused
    local marks=$'mark_in = %s\nmark_out = %s\nset_mark_in = %s'
    [ "${GW_ENGINE[a]}" = kernel ] || marks=
    lab_up a=fwd b=1to1
    # shellcheck disable=SC2059
    for class in be:10 ef:20; do
        conn a "${class%:*}" "id=${class%:*}@foo.example.org" "peer_id=${class%:*}@gw.example.org" "peer=$NET_PUBLIC_b" \
            "swan_child=$(printf "$marks" "${class#*:}" "${class#*:}" "${class#*:}")"
    done
    conn b be id=be@gw.example.org peer_id=be@foo.example.org "peer=$NET_PUBLIC_a"
    conn b ef id=ef@gw.example.org peer_id=ef@foo.example.org "peer=$NET_PUBLIC_a" 'child_more=, "dscp": ["ef"]'
    host=${NET_LAN[a]}.$host
    check_capture_start
    gw_start b
    gw_start a
    [ "${GW_ENGINE[a]}" != kernel ] || guest_run a 'echo 1 >/proc/sys/net/ipv4/fwmark_reflect'
    for class in be ef; do
        gw_initiate a "$class" || lab_fail "no tunnel for $class: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
    done
    carries "$host"
    check_equal "what the child is for" "['ef']" "$(culvert_json b "[c['dscp'] for s in d['sas'] for c in s['children'] if c['name'] == 'ef'][0]" show sas)"

    # Without its SA a packet of a class goes by no other one.
    gw_terminate a ef
    ended() { [ "$(gw_children b)" = 1 ]; }
    lab_wait 10 ended || lab_fail "the SA for EF stays"
    be=$(pkts b be out) refused=$(culvert_drops b no_sa)
    if lab_in hostb ping -n -q -i 0.05 -W 1 -c 4 "${EF[@]}" "$host" >"$LAB_OUT/ping.log" 2>&1; then
        lab_fail "packets with EF came back without their SA"
    fi
    check_equal "packets with EF by the SA for the others" "$be" "$(pkts b be out)"
    check_equal "packets with EF dropped as no_sa" $((refused + 4)) "$(culvert_drops b no_sa)"
    ping_class hostb "$host" 3

    # Now Culvert calls, for both.
    gw_terminate b be
    none() { [ "$(gw_children b)" = 0 ] && [ "$(gw_children a)" = 0 ]; }
    lab_wait 10 none || lab_fail "the SA for best effort stays"
    for class in ef be; do
        gw_initiate b "$class" || lab_fail "no tunnel for $class when called: $(culvert_ctl b show failures)"
        there() { culvert_json b "[s['connection'] for s in d['sas'] if s['children']]" show sas | grep -q "$class"; }
        lab_wait 10 there || lab_fail "no child for $class when called: $(culvert_ctl b show failures)"
    done
    carries "$host"
}

swan() {
    peer 10
    ping_class hosta "${NET_LAN[b]}.10" 5 "${EF[@]}"
}

# The guest answers with the mark that a packet came with, and its own pings have the one that they are given.
kernel() {
    local class in
    guest_need
    GW_ENGINE[a]=kernel
    peer 1
    for class in be:10:0 ef:20:0xb8; do
        IFS=: read -r class mark tos <<<"$class"
        in=$(pkts b "$class" in)
        guest_run a "ping -n -q -i 0.05 -W 8 -c 6 -m $mark -Q $tos -I ${NET_LAN[a]}.1 ${NET_LAN[b]}.10" >"$LAB_OUT/ping.log" ||
            lab_fail "pings of the guest for $class: $(tail -n 2 "$LAB_OUT/ping.log" | xargs)"
        check_equal "packets of the guest for $class" $((in + 6)) "$(pkts b "$class" in)"
        check_equal "packets that came, as the guest counts them, for $class" "$(swan_pkts "$class" out)" "$(pkts b "$class" in)"
    done
}

culverts() {
    local be
    GW_ENGINE[a]=culvert
    lab_up a=masq b=1to1
    gw_pair a.lan2="${NET_LAN[a]}.0/24" b.lan2="${NET_LAN[b]}.0/24" 'child2_more=, "dscp": "ef"' 'a.start="trap"'
    check_capture_start
    gw_start b
    gw_start a
    ping_class hosta "${NET_LAN[b]}.10" 4 "${EF[@]}" -W 10 # as many may wait
    check_equal "packets for EF" 4 "$(pkts a net2 out)"
    check_equal "packets for best effort" 0 "$(pkts a net out)"
    ping_class hosta "${NET_LAN[b]}.10" 5
    for gw in a b; do
        check_equal "child SAs of gw$gw" 2 "$(gw_children "$gw")"
        check_equal "all packets of gw$gw" "[4, 5]" "$(culvert_json "$gw" "sorted(c['out']['pkts'] for s in d['sas'] for c in s['children'])" show sas)"
    done
    check_equal "answers for EF" 4 "$(pkts b foo2 out)"
    # Its SA alone ends; the next packet waits for a new one, and goes by that.
    culvert_ctl a terminate net/net2 >"$LAB_OUT/terminate.log" 2>&1 || lab_fail "the child does not end: $(cat "$LAB_OUT/terminate.log")"
    one() { [ "$(gw_children a)" = 1 ] && [ "$(gw_children b)" = 1 ]; }
    lab_wait 5 one || lab_fail "the SA for EF stays: $(culvert_ctl a show sas)"
    be=$(pkts a net out)
    sleep 1.1 # packets call for a child once a second
    ping_class hosta "${NET_LAN[b]}.10" 4 "${EF[@]}" -W 10
    check_equal "packets for EF by the new SA" 4 "$(pkts a net2 out)"
    check_equal "packets for EF by the other SA" "$be" "$(pkts a net out)"
    check_equal "child SAs of gwb" 2 "$(gw_children b)"
    for gw in a b; do check_equal "failures of gw$gw" "[]" "$(culvert_json "$gw" '[f["kind"] for f in d["failures"]]' show failures)"; done
}

"$1"
check_capture_end --least-esp 13
gw_check_ends || lab_fail "culvertd did not end well"
echo "shows: each class by its own SA; $(head -n 1 <<<"$CHECK_CAPTURE")"
