#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A real kernel's ESP behind NATs, in transport mode and in tunnel mode with ESN: TCP and UDP both ways with the kernel's own stack, which
# makes and verifies each checksum against the addresses that it knows; none is wrong there. Called and calling, rekeyed by both.
# ikev1: transport mode as IKEv1 agrees on it, by NAT-OA; drafts: libreswan calls with NAT-T by the drafts before RFC 3947 alone.
# libreswan: it is called, and tells no original address, as it never does when it answers.
# l2tp: the guest is a client of L2TP, with the real xl2tpd and pppd and the kernel's L2TP; lib/ppp_peer.py is the other end of its PPP.
# guest: up to 400 s
# cases: strongswan ikev1 drafts libreswan l2tp
. "${0%/*}/../lib/lab.sh" || exit

guest_need
here=$NET_PUBLIC_b
HOSTS=(lan=dynamic peer_lan=dynamic)

# What the guest's stack found wrong: checksums of TCP, UDP and ICMP, and packets that its IPsec refused.
guest_wrong() {
    guest_run a 'cat /proc/net/snmp /proc/net/xfrm_stat' | awk '$1 ~ /^Xfrm/ { sum += $2; next }
        !($1 in names) { names[$1] = $0; next }
        { split(names[$1], name); for (i = 2; i <= NF; i++) if (name[i] ~ /^(InCsumErrors|InErrs)$/) sum += $i }
        END { print sum + 0 }'
}

# TCP and UDP both ways between the guest and the host that Culvert runs on, and pings both ways.
flows() {
    local way bytes lost pid size total=0
    check_pings gwb "$NET_PUBLIC_a" 20
    guest_run a "ping -q -c 10 -i 0.05 -W 8 $here" | grep -q ' 0% packet loss' || lab_fail "pings of the guest: $(culvert_dropped b)"
    rm -f "$LAB_OUT/iperf-server.log"
    lab_spawn gwb "$LAB_OUT/iperf-server.log" iperf3 -s -p 5201 --forceflush
    pid=$LAB_PID
    lab_wait 10 lab_has "$LAB_OUT/iperf-server.log" listening || lab_fail "iperf3 does not listen"
    for way in "-n 500K" "-n 500K -R" "-u -l 200 -b 2M -n 40K" "-u -l 1200 -b 500K -n 60K -R" "-u -l 3000 -b 2M -n 150K"; do
        guest_run a "timeout 30 iperf3 -c $here -p 5201 -J $way 2>/dev/null" >"$LAB_OUT/iperf.json"
        read -r bytes lost <<<"$("$LAB_PYTHON" -c 'import json, sys
end = json.load(open(sys.argv[1]))["end"]
print(end.get("sum_received", end.get("sum"))["bytes"], end.get("sum", {}).get("lost_packets", 0))' "$LAB_OUT/iperf.json" 2>/dev/null)"
        [ "${bytes:-0}" -ge 10000 ] && [ "$lost" = 0 ] || lab_fail "iperf3 $way: ${bytes:-no} bytes, lost ${lost:-?}: $(tail -n 3 "$LAB_OUT/iperf.json" | xargs);" \
            "wrong in the guest $(guest_wrong), dropped: $(culvert_dropped b)"
        total=$((total + bytes))
    done
    lab_end "$pid"
    check_equal "wrong in the guest" 0 "$(guest_wrong)"
    FLOWS=$total
}

transport() {
    check_equal "mode" transport "$(culvert_json b 'd["sas"][0]["children"][0]["mode"]' show sas)"
    guest_run a 'ip xfrm state' | grep -c 'mode transport' >/dev/null || lab_fail "the guest has no transport mode: $(guest_run a 'ip xfrm state')"
}
none() { [ "$(gw_children b)" = 0 ]; }

# ready KEY=VALUE... of both connections
ready() {
    conn a net id=@foo peer_id=@gw "peer=$here" "${HOSTS[@]}" 'swan_child=mode = transport' "$@"
    conn b foo id=@gw peer_id=@foo "peer=$NET_PUBLIC_a" "${HOSTS[@]}" 'child_more=, "mode": "transport"' "$@"
    check_capture_start
    gw_start b
    gw_start a
}
# The guest calls.
called() {
    ready "$@"
    gw_initiate a net || lab_fail "no SA: $(tail -n 3 "$LAB_OUT/gwa/initiate.log"); $(culvert_ctl b show failures)"
    transport
    flows
}
# Then it is called, and both replace that SA.
hosts() {
    called "$@"
    gw_terminate a net
    lab_wait 20 none || lab_fail "the SA stays"
    gw_initiate b foo || lab_fail "no SA when called: $(culvert_ctl b show failures)"
    transport
    local side spis
    for side in a:net b:foo; do
        spis=$(culvert_spis b)
        gw_rekey "${side%:*}" "${side#*:}" child || lab_fail "$side does not rekey: $(tail -n 2 "$LAB_OUT/gw${side%:*}/rekey.log")"
        replaced() { [ "$(culvert_spis b)" != "$spis" ] && [ "$(gw_children b)" = 1 ]; }
        lab_wait 20 replaced || lab_fail "the child is not replaced by $side: $(culvert_ctl b show sas; culvert_ctl b show failures)"
    done
    transport
    flows
}

strongswan() {
    GW_ENGINE[a]=kernel
    lab_up a=fwd b=1to1
    conn a lans id=@lans peer_id=@gw "peer=$here" esp=aes256-sha256-esn
    conn b lans id=@gw peer_id=@lans "peer=$NET_PUBLIC_a" esp=aes256-sha256-esn
    hosts
    gw_initiate a lans || lab_fail "no tunnel: $(tail -n 3 "$LAB_OUT/gwa/initiate.log"); $(culvert_ctl b show failures)"
    check_reach a "${NET_LAN[b]}.10" 10
    check_ping a "${NET_LAN[b]}.10" 20 0.02
    check_ping b "${NET_LAN[a]}.10" 20 0.02
    guest_run a 'ip xfrm state' | grep -q ' esn' || lab_fail "no ESN in the guest"
    check_equal "wrong in the guest" 0 "$(guest_wrong)"
}

ikev1() {
    GW_ENGINE[a]=kernel
    lab_up a=fwd b=1to1
    hosts version=1 ike=aes256-sha256-modp2048 esp=aes128gcm16-modp2048
}

drafts() {
    GW_ENGINE[a]=libreswan
    lab_up a=fwd b=1to1
    called version=1 ike=default esp=default $'libreswan=    type=transport\n    pfs=no\n    nat-ikev1-method=drafts'
}

libreswan() {
    GW_ENGINE[a]=libreswan
    lab_up a=fwd b=1to1
    ready version=1 ike=default esp=default $'libreswan=    type=transport\n    pfs=no'
    gw_initiate b foo || lab_fail "no SA: $(culvert_ctl b show failures); $(tail -n 3 "$LAB_OUT/gwa/pluto.log")"
    transport
    flows
}

l2tp() {
    local dir
    GW_ENGINE[a]=kernel
    lab_up a=random b=1to1
    conn a net id=@foo peer_id=@gw "peer=$here" 'lan=dynamic[17/1701]' 'peer_lan=dynamic[17/1701]' 'swan_child=mode = transport'
    conn b foo id=@gw peer_id=@foo 'lan=dynamic[udp/1701]' 'peer_lan=dynamic[udp]' 'child_more=, "mode": "transport"'
    check_capture_start
    gw_start b
    dir=$LAB_OUT/xl2tpd
    mkdir -p "$dir" && : >"$dir/secrets" && : >"$dir/ppp"
    printf '[global]\nport = 1701\naccess control = no\n[lns default]\nip range = 10.99.0.10-10.99.0.99\nlocal ip = 10.99.0.1\nrequire authentication = no\npppoptfile = %s\nlength bit = yes\n' "$dir/ppp" >"$dir/conf"
    lab_spawn gwb "$dir/log" sh -c "mount --bind '$LAB_LIB/ppp_peer.py' /usr/sbin/pppd && PYTHONPATH='$LAB_LIB' exec xl2tpd -D -c '$dir/conf' -s '$dir/secrets' -p '$dir/pid' -C '$dir/control'"
    gw_start a
    gw_initiate a net || lab_fail "no SA: $(tail -n 3 "$LAB_OUT/gwa/initiate.log"); $(culvert_ctl b show failures)"
    transport
    dir=$LAB_OUT/gwa
    : >"$dir/secrets"
    printf 'noauth\nnoipdefault\nnodefaultroute\nmtu 1300\nmru 1300\ndebug\nlogfile %s/pppd.log\n' "$dir" >"$dir/ppp"
    printf '[global]\nport = 1701\n[lac vpn]\nlns = %s\nrequire authentication = no\npppoptfile = %s/ppp\nlength bit = yes\nautodial = yes\n' "$here" "$dir" >"$dir/xl2tpd.conf"
    guest_run a "xl2tpd -D -c '$dir/xl2tpd.conf' -s '$dir/secrets' -p /run/xl2tpd.pid -C /run/xl2tpd.control >'$dir/xl2tpd.log' 2>&1 &"
    # The address is there before the interface is up, and until then it would go elsewhere.
    guest_run a 'SECONDS=0; until ping -q -c 1 -W 1 -I ppp0 10.99.0.1 >/dev/null 2>&1; do [ $SECONDS -lt 40 ] || exit 1; sleep 0.2; done' 60 ||
        lab_fail "no PPP: $(tail -n 5 "$dir/pppd.log" "$dir/xl2tpd.log" "$LAB_OUT/xl2tpd/log"); dropped: $(culvert_dropped b)"
    for size in 56 1200; do
        guest_run a "ping -q -c 10 -i 0.1 -W 8 -s $size 10.99.0.1" | grep -q ' 0% packet loss' || lab_fail "pings of $size bytes through PPP: $(culvert_dropped b)"
    done
    FLOWS=$(guest_run a "/usr/bin/python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(10)
s.connect((\"10.99.0.1\", 7))
for n in range(20):
    s.send(bytes([n + 64]) * 1000)
    assert s.recv(2000) == bytes([n + 64]) * 1000
print(20 * 1000)'") || lab_fail "UDP through PPP: $FLOWS; dropped: $(culvert_dropped b)"
    guest_run a 'grep SESSION /proc/net/pppol2tp' >/dev/null || lab_fail "the session is not the kernel's"
    check_equal "wrong in the guest" 0 "$(guest_wrong)"
}

"$1"
check_capture_end --least-esp 40
gw_check_ends || lab_fail "culvertd did not end well"
echo "shows: $FLOWS bytes each time, nothing wrong in the guest; $(head -n 1 <<<"$CHECK_CAPTURE")"
