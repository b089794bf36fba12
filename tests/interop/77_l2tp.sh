#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# L2TP over IPsec in transport mode: three clients behind one NAT at once, with the same ports, to xl2tpd on the host that Culvert runs on.
# Each has an address of its own there (remap), so each gets its own answers. L2TP in clear is not taken, from the same NAT or from elsewhere.
# By IKEv2, and by IKEv1.
# cases: v2 v1
. "${0%/*}/../lib/lab.sh" || exit

FRAMES=60
# A client of L2TP has any port: where it comes in clear, too, it is not taken.
L2TP=('lan=dynamic[udp/1701]' 'peer_lan=dynamic[udp]')
clients="a a2 a3"
ike=(version=2)
[ "$1" = v2 ] || ike=(version=1 ike=aes256-sha256-modp2048)
for gw in $clients; do GW_ENGINE[$gw]=culvert; done
lab_up a=random b=1to1 clients=3
gw_pool b l2tp addresses=10.77.0.0/29
for gw in $clients; do
    conn $gw net "${ike[@]}" "id=@$gw" peer_id=@gw "peer=$NET_PUBLIC_b" lan=dynamic[udp/1701] peer_lan=dynamic[udp/1701] 'child_more=, "mode": "transport"'
    conn b $gw "${ike[@]}" id=@gw "peer_id=@$gw" "${L2TP[@]}" 'child_more=, "mode": "transport", "remap": "l2tp"'
done

# xl2tpd GATEWAY: with its frames of PPP from l2tp_ppp.py, as not every kernel has PPP
xl2tpd_start() {
    local dir=$LAB_OUT/xl2tpd-$1
    lab_spawn "gw$1" "$dir/log" sh -c "mount --bind '$LAB_LIB/l2tp_ppp.py' /usr/sbin/pppd && exec xl2tpd -D -c '$dir/conf' -s '$dir/secrets' -p '$dir/pid' -C '$dir/control'"
}
write_server() {
    local dir=$LAB_OUT/xl2tpd-b
    mkdir -p "$dir" && : >"$dir/secrets"
    echo "server $dir/names" >"$dir/ppp"
    printf '[global]\nport = 1701\naccess control = no\n[lns default]\nip range = 10.99.0.10-10.99.0.99\nlocal ip = 10.99.0.1\nrequire authentication = no\npppoptfile = %s\nlength bit = yes\n' "$dir/ppp" >"$dir/conf"
}
write_client() {
    local dir=$LAB_OUT/xl2tpd-$1
    mkdir -p "$dir" && : >"$dir/secrets"
    echo "client $1 $FRAMES $dir/result" >"$dir/ppp"
    printf '[global]\nport = 1701\n[lac vpn]\nlns = %s\nrequire authentication = no\npppoptfile = %s\nlength bit = yes\nautodial = yes\n' "$NET_PUBLIC_b" "$dir/ppp" >"$dir/conf"
}

check_capture_start
gw_start b
write_server
xl2tpd_start b
for gw in $clients; do
    gw_start $gw
    gw_initiate $gw net || lab_fail "no SA of $gw: $(culvert_ctl b show failures)"
    write_client $gw
done
check_equal "children at Culvert" 3 "$(gw_children b)"
here=$(culvert_json b '" ".join(sorted(p["remapped"]["here"] for p in d["peers"] if "remapped" in p))' show nat)
check_equal "addresses in the place of the NAT's" "10.77.0.1 10.77.0.2" "$here"
for gw in $clients; do xl2tpd_start $gw; done
finished() { for gw in $clients; do [ -s "$LAB_OUT/xl2tpd-$gw/result" ] || return 1; done; }
lab_wait 15 finished || lab_fail "not all have their answers: $(tail -n 3 "$LAB_OUT"/xl2tpd-*/log); dropped: $(culvert_dropped b)"
for gw in $clients; do
    check_equal "frames of $gw" "sent $FRAMES own $FRAMES foreign 0" "$(cat "$LAB_OUT/xl2tpd-$gw/result")"
done
check_equal "whose frames came in each session" "a a2 a3" "$(sort "$LAB_OUT"/xl2tpd-b/names.* | xargs)"
# In clear, from another host behind the same NAT (hosta passes through its gateway's NAT as anybody) and from the internet.
before=$(culvert_drops b clear_text)
for space in nata inet; do
    lab_in $space "$LAB_PYTHON" -c 'import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(20):
    s.sendto(b"\xc8\x02\x00\x0c" + bytes(8), (sys.argv[1], 1701))' "$NET_PUBLIC_b" || lab_fail "cannot send from $space"
done
dropped() { [ "$(($(culvert_drops b clear_text) - before))" -ge 40 ]; }
lab_wait 3 dropped || lab_fail "L2TP in clear: $(($(culvert_drops b clear_text) - before)) of 40 dropped as clear_text; $(culvert_dropped b)"
check_capture_rest
gw_check_ends || lab_fail "culvertd did not end well"
echo "shows: 3 clients behind one NAT, $((3 * FRAMES)) frames answered, misdelivered 0; 40 in clear, taken 0"
