#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# `culvertctl doctor NAME` names the true cause of each of 16 set-ups that are broken on purpose, before a first attempt where
# the configuration shows it, else after one; and finds nothing to mend in 8 sound ones.
# cases: calls ways mapping machine
. "${0%/*}/../lib/lab.sh" || exit

# What the doctor of a connection of side b found that is to mend: names, one a line. It runs where the gateway is, from
# where it asks the peer's ports.
doctor() {
    lab_in gwb "$CULVERTCTL" --socket "$LAB_OUT/gwb/culvertd.sock" doctor "$1" --json >"$LAB_OUT/doctor-$1.json"
    echo $? >"$LAB_OUT/doctor.status"
    "$LAB_PYTHON" -c 'import json, sys
d = json.load(open(sys.argv[1]))
print("\n".join(f["name"] for f in d["findings"] if f["level"] in ("fault", "warning")))' "$LAB_OUT/doctor-$1.json"
}
# broken CONNECTION CAUSE [SECONDS]: it is the first finding, soon, with a cure, and the status says that there is one
broken() {
    is_it() { [ "$(doctor "$1" | head -n 1)" = "$2" ]; }
    lab_wait "${3:-15}" is_it "$1" "$2" || lab_fail "$1: not $2 but: $(cat "$LAB_OUT/doctor-$1.json") $(culvert_ctl b show failures)"
    "$LAB_PYTHON" -c 'import json, sys
f = json.load(open(sys.argv[1]))["findings"][0]
sys.exit(not (f["seen"] and f["means"] and (f.get("fix_here") or f.get("fix_peer"))))' "$LAB_OUT/doctor-$1.json" || lab_fail "$1: no words or no cure"
    check_equal "status of $1" 1 "$(cat "$LAB_OUT/doctor.status")"
    BROKEN=$((${BROKEN:-0} + 1))
}
sound() {
    local found
    found=$(doctor "$1")
    [ -z "$found" ] || lab_fail "$1 is sound, and the doctor found: $(cat "$LAB_OUT/doctor-$1.json")"
    check_equal "status of $1" 0 "$(cat "$LAB_OUT/doctor.status")"
    SOUND=$((${SOUND:-0} + 1))
}
# The other side calls, and nothing comes of it.
fails() { gw_initiate "$1" "$2" && lab_fail "a tunnel of $2"; }
# A rule in the middle of the internet: block RULE, or block without one to take it away
block() {
    lab_in inet nft -f - <<NFT || lab_fail "no rules in inet"
table inet block {}
delete table inet block
table inet block {
    chain through {
        type filter hook forward priority 0
        $1
    }
}
NFT
}

case $1 in
calls)
    # One daemon with connections to one peer, and what is wrong with each.
    lab_up a=none b=1to1
    public=$NET_PUBLIC_b peer=$NET_PUBLIC_a lan=${NET_LAN[b]}.0/24
    pair() { # NAME SIDE.KEY=VALUE...
        local name=$1 arg at=() of=()
        shift
        for arg in "$@"; do case $arg in a.*) at+=("${arg#a.}") ;; b.*) of+=("${arg#b.}") ;; esac; done
        conn a "$name" "id=@a-$name" "peer_id=@$name" "peer=$public" "${at[@]+"${at[@]}"}"
        conn b "$name" "id=@$name" "peer_id=@a-$name" "peer=$peer" start=false "${of[@]+"${of[@]}"}"
    }
    pair private "a.peer_id=$public" "b.id=${NET_WAN[b]}" b.peer_lan=10.11.0.0/24
    pair typed "a.peer_id=$public" "b.id=@$public" b.peer_lan=10.12.0.0/24
    pair key a.psk=another-secret-that-nobody-shares1 b.peer=any a.lan=10.13.0.0/24 b.peer_lan=10.13.0.0/24
    pair suite a.esp=aes256-sha512 a.lan=10.14.0.0/24 b.peer_lan=10.14.0.0/24
    pair group a.esp=aes128gcm16 b.esp=aes128gcm16-x25519 a.lan=10.15.0.0/24 b.peer_lan=10.15.0.0/24
    pair swapped "b.lan=10.16.0.0/24" "b.peer_lan=$lan"
    pair overlap "b.peer_lan=$lan"
    pair waits b.peer_lan=10.17.0.0/24
    pair good a.lan=10.18.0.0/24 b.peer_lan=10.18.0.0/24
    pair called b.peer=any a.lan=10.19.0.0/24 b.peer_lan=10.19.0.0/24
    pair silent b.peer=any b.peer_lan=10.20.0.0/24
    for net in 13 14 15 18 19; do net_address gwa lan "10.$net.0.1/24"; done # its userland ESP wants an address in each
    gw_start a
    gw_start b
    broken private private-address-as-identity
    broken typed address-typed-as-name
    broken swapped subnets-swapped
    broken overlap subnets-overlap
    broken waits nobody-begins
    fails a key
    broken key wrong-key
    gw_initiate b good || lab_fail "no tunnel: $(culvert_ctl b show failures)"
    for name in private typed suite group; do culvert_ctl b initiate "$name" >>"$LAB_OUT/initiate.log" 2>&1; done
    gw_initiate a called || lab_fail "no tunnel that the peer calls: $(culvert_ctl b show failures)"
    sound good
    sound called
    sound silent
    refused() { culvert_ctl b show failures private | grep -q refused; }
    lab_wait 5 refused || lab_fail "private: $(culvert_ctl b show failures)"
    doctor private | head -n 1 | grep -qx private-address-as-identity || lab_fail "private, after an attempt: $(doctor private)"
    broken suite proposals
    gw_rekey b group child
    broken group pfs
    COLUMNS=80 culvert_ctl b doctor private >"$LAB_OUT/people.txt"
    awk 'length > 80 { exit 1 }' "$LAB_OUT/people.txt" || lab_fail "lines of more than 80 columns: $(cat "$LAB_OUT/people.txt")"
    ;;
ways)
    # What is wrong is between the two.
    SWAN_TRIES=2
    lab_up a=none b=1to1
    CULVERT_EXTRA[b]='"limits": {"half_open_timeout_s": 3},'
    conn a net id=@foo peer_id=@gw "peer=$NET_PUBLIC_b"
    conn b foo id=@gw peer_id=@foo "peer=$NET_PUBLIC_a"
    b=$NET_PUBLIC_b a=$NET_PUBLIC_a
    block "ip saddr $b udp dport 4500 drop"
    gw_start a
    gw_start b
    broken foo udp-4500-blocked
    block "ip saddr $b udp dport 500 drop"
    broken foo udp-500-blocked
    block "ip saddr $b drop"
    fails a net
    broken foo one-way
    block ""
    gw_initiate b foo || lab_fail "no tunnel over a free way: $(culvert_ctl b show failures)"
    sound foo
    block "icmp type destination-unreachable drop"
    lab_in inet nft -f - <<'NFT' || lab_fail "no rules in inet"
table inet silence {
    chain out {
        type filter hook output priority 0
        icmp type destination-unreachable drop
    }
}
NFT
    ip -n "$LAB-inet" link set toa mtu 1300
    gw_terminate b foo
    lab_wait 5 gw_initiate b foo || lab_fail "no tunnel over a narrow way: $(culvert_ctl b show failures)"
    broken foo mtu-black-hole 40
    ;;
mapping)
    # The peer's NAT forgets within two seconds, and takes another port then; the peer's keepalive comes after twenty.
    lab_up a=random b=none
    gw_pair
    gw_start b
    gw_start a
    sound foo
    gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
    check_reach a "${NET_LAN[b]}.10" 5
    sound foo
    for timeout in udp_timeout udp_timeout_stream; do lab_in nata sh -c "echo 1 >/proc/sys/net/netfilter/nf_conntrack_$timeout"; done
    for turn in 1 2 3; do
        sleep 2.5
        check_reach a "${NET_LAN[b]}.10" 5
    done
    broken foo mapping-forgotten
    ;;
machine)
    # What is wrong is on the gateway itself: it needs no peer.
    . "$LAB_LIB/pki.sh"
    lab_up a=none b=none
    pki_open "$LAB_PKI"
    pki_ca ca
    pki_cert late ca key=p256 san=DNS:gw.example.org from=20380101000000Z
    pki_cert good ca key=p256 san=DNS:gw.example.org
    conn b early auth=pubkey peer_auth=pubkey cert=late ca=ca id=gw.example.org peer_id=foo.example.org peer_lan=10.21.0.0/24
    conn b cert auth=pubkey peer_auth=pubkey cert=good ca=ca id=gw.example.org peer_id=@foo peer_lan=10.22.0.0/24
    conn b number "id=${NET_WAN[b]}" peer_id=203.0.113.99 peer_lan=10.23.0.0/24
    gw_start b
    broken early clock
    sound cert
    sound number
    ip -n "$LAB-gwb" address add "${NET_WAN[b]}/24" dev wan
    broken number kernel-owns-address
    ip -n "$LAB-gwb" address flush dev wan
    lab_in gwb ethtool -K wan gro on || lab_fail "no GRO on wan"
    broken number offloads
    ;;
esac
gw_check_ends || lab_fail "the gateway did not end well"
echo "shows: ${BROKEN:-0} broken set-ups named, ${SOUND:-0} sound ones without a finding"
