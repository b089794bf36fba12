#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Inner addresses. gateway: two strongSwan roadwarriors behind one NAT get an address of an IPv4 and one of an IPv6 pool
# each, have traffic both ways, ask for the wrong one or each other's, come back, also after a restart of culvertd, and find the pool
# full. rows: of one connection for all of *@example.org two have rows, in the configuration and in a file, with an address and networks
# of their own, and a third has what the connection says, until only those with a row may come. client: Culvert takes an address of a
# strongSwan.
# cases: gateway rows client
. "${0%/*}/../lib/lab.sh" || exit

# From the inner address of a roadwarrior to the host behind the gateway, and back: reach CLIENT ADDRESS HOST
reach() {
    lab_wait 3 lab_in "gw$1" ping -c 1 -W 0.3 -q -I "$2" "$3" || lab_fail "no ping from $2 reaches $3"
    lab_in hostb ping -c 3 -i 0.05 -W 1 -q -I "$3" "$2" >/dev/null || lab_fail "no ping from $3 reaches $2"
}
# Addresses in use, with their identities.
leases() { culvert_json b '" ".join(l["id"] + "=" + l["address"] for l in d["leases"] if l["state"] == "in use")' show pools; }

if [ "$1" = client ]; then
    lab_up a=none b=masq
    gw_pool a net addresses=10.9.0.0/24 dns=10.1.0.53 subnets=10.1.0.0/24
    conn a net id=@foo peer_id=@gw pools=net peer_lan=dynamic
    conn b foo id=@gw peer_id=@foo "peer=$NET_PUBLIC_a" vips=0.0.0.0 lan=dynamic
    gw_start a
    gw_start b
    gw_initiate b foo || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwb/initiate.log")"
    check_equal "our address" "['10.9.0.1']" "$(culvert_json b 'd["sas"][0]["local_inner"]' show sas)"
    check_equal "the name server told" "['10.1.0.53']" "$(culvert_json b 'd["sas"][0]["dns"]' show sas)"
    check_equal "our side of the child" "['10.9.0.1/32']" "$(culvert_json b 'd["sas"][0]["children"][0]["local"]' show sas)"
    # Programs beside culvertd use it, without a word about it, and are reached at it
    on_wan() { lab_in gwb ip -o addr show dev culvert-wan | grep -c "$1"; }
    check_equal "the interface that has it" "culvert-wan" "$(culvert_json b 'd["sas"][0]["interface"]' show sas)"
    lab_wait 3 lab_in gwb ping -c 1 -W 0.3 -q "${NET_LAN[a]}.10" || lab_fail "a program of the Culvert host does not get through"
    lab_spawn gwb "$LAB_OUT/served.log" "$LAB_PYTHON" -m http.server --bind 10.9.0.1 8000
    fetch() { lab_in hosta "$LAB_PYTHON" -c 'import urllib.request; print(len(urllib.request.urlopen("http://10.9.0.1:8000/", timeout=2).read()))'; }
    lab_wait 5 fetch || lab_fail "a program of the Culvert host is not reached at its inner address"
    gw_rekey b foo child && gw_rekey b foo ike || lab_fail "it cannot be rekeyed"
    check_rekeyed child 1 && check_rekeyed ike 1
    check_equal "our address afterwards" "['10.9.0.1']" "$(culvert_json b 'd["sas"][-1]["local_inner"]' show sas)"
    culvert_ctl b rekey foo --auth >"$LAB_OUT/reauth" 2>&1 || lab_fail "it cannot authenticate again: $(cat "$LAB_OUT/reauth")"
    again() { [ "$(culvert_ikes b)" = 1 ] && [ "$(culvert_total b foo established)" = 2 ]; }
    lab_wait 5 again || lab_fail "it did not authenticate again"
    check_equal "our address by the next authentication" "['10.9.0.1']" "$(culvert_json b 'd["sas"][0]["local_inner"]' show sas)"
    lab_wait 3 fetch || lab_fail "the server is not reached afterwards"
    shown=$(culvert_ctl b show sas | tail -n 1)
    gw_terminate b foo
    gone() { [ "$(on_wan 10.9.0.1)" = 0 ]; }
    lab_wait 8 gone || lab_fail "the address stays when the SA is gone"
    lab_in gwb ip route | grep -q "${NET_LAN[a]}" && lab_fail "a route stays when the SA is gone: $(lab_in gwb ip route)"
    gw_initiate b foo || lab_fail "no tunnel again"
    gw_kill b
    gone_with_it() { ! lab_in gwb ip -o addr | grep -q 10.9.0.1; }
    lab_wait 3 gone_with_it || lab_fail "the address stays after a crash"
    echo "shows: $shown"
    exit 0
fi

if [ "$1" = rows ]; then
    lab_up a=random b=1to1 clients=2
    lan=${NET_LAN[b]}
    lab_in hostb ip addr add "$lan.20/24" dev eth0 || lab_fail "no second address for the host"
    gw_pool b staff addresses=10.9.0.0/24
    for client in a/net/ann a2/net/bob a/third/cy; do
        IFS=/ read -r gw name user <<<"$client"
        conn "$gw" "$name" "id=$user@example.org" peer_id=@gw "peer=$NET_PUBLIC_b" vips=0.0.0.0 lan=dynamic "peer_lan=$lan.0/24"
        printf '@gw %s@example.org %s\n' "$user" "$LAB_PSK"
    done >"$LAB_OUT/keys"
    chmod 600 "$LAB_OUT/keys"
    echo "{ \"id\": \"bob@example.org\", \"address\": \"10.9.0.9\", \"local_subnets\": [\"$lan.16/28\"] }" >"$LAB_OUT/rows"
    CULVERT_EXTRA[b]="\"secrets_file\": \"$LAB_OUT/keys\","
    conn b roads id=@gw 'peer_id=*@example.org' pools=staff peer_lan=dynamic "peer_more=, \"peers_file\": \"$LAB_OUT/rows\",
        \"peers\": [{ \"id\": \"ann@example.org\", \"address\": \"10.9.0.7\", \"local_subnets\": [\"$lan.0/28\"] }]"
    gw_start b
    gw_start a
    gw_start a2
    for client in a/net a2/net a/third; do
        gw_initiate "${client%/*}" "${client#*/}" || lab_fail "no tunnel for $client: $(tail -n 2 "$LAB_OUT/gw${client%/*}/initiate.log")"
    done
    check_equal "addresses" "ann@example.org=10.9.0.7 bob@example.org=10.9.0.9 cy@example.org=10.9.0.1" "$(leases | tr ' ' '\n' | sort | xargs)"
    nets() { culvert_json b 'sorted((s["remote_id"], s["children"][0]["local"][0]) for s in d["sas"])' show sas; }
    check_equal "networks" "[('ann@example.org', '$lan.0/28'), ('bob@example.org', '$lan.16/28'), ('cy@example.org', '$lan.0/24')]" "$(nets)"
    reach a 10.9.0.7 "$lan.10"
    reach a2 10.9.0.9 "$lan.20"
    lab_in gwa ping -c 2 -i 0.1 -W 0.3 -q -I 10.9.0.7 "$lan.20" >/dev/null && lab_fail "ann reaches what her row does not have"
    lab_in gwa2 ping -c 2 -i 0.1 -W 0.3 -q -I 10.9.0.9 "$lan.10" >/dev/null && lab_fail "bob reaches what his row does not have"

    sed -i 's/10.9.0.9/10.9.0.11/' "$LAB_OUT/rows"
    [[ $(culvert_ctl b reload --plan) == *"1 rows of connections.roads.remote"* ]] || lab_fail "the plan does not tell of a row"
    culvert_ctl b reload >"$LAB_OUT/reload.log" || lab_fail "the reload fails"
    two_left() { [ "$(culvert_ikes b)" = 2 ]; }
    lab_wait 5 two_left || lab_fail "not one SA alone is closed: $(nets)"
    gw_initiate a2 net || lab_fail "bob does not come back"
    check_equal "addresses by the new rows" "ann@example.org=10.9.0.7 bob@example.org=10.9.0.11 cy@example.org=10.9.0.1" \
        "$(leases | tr ' ' '\n' | sort | xargs)"
    reach a2 10.9.0.11 "$lan.20"
    # who has no row is not let in any more, though his key is right
    sed -i 's/"peers_file"/"peers_only": true, "peers_file"/' "$LAB_OUT/gwb/culvert.json"
    culvert_ctl b reload >"$LAB_OUT/reload.log" || lab_fail "the reload fails: $(cat "$LAB_OUT/reload.log")"
    gw_initiate a third && lab_fail "who has no row is let in"
    culvert_ctl b show failures | grep -q 'peers_only is true' || lab_fail "not told: $(culvert_ctl b show failures)"
    swan_terminate a net
    gw_initiate a net || lab_fail "who has a row is not let in: $(culvert_ctl b show failures)"
    reach a 10.9.0.7 "$lan.10"
    echo "shows: $(leases)"
    exit 0
fi

lab_up a=random b=1to1 clients=2 v6=yes
mkdir "$LAB_OUT/state"
CULVERT_CONTROL=", \"state\": \"$LAB_OUT/state\""
gw_pool b staff addresses=10.9.0.0/30 dns=10.2.0.53
gw_pool b staff6 addresses=fd09::/126
nets=${NET_LAN[b]}.0/24,${NET_LAN6[b]}:/64
# strongSwan at times waits for ever for an IPv6 address that it had before, so one client asks for it, and once
for client in a a2; do
    vips=0.0.0.0
    [ $client = a2 ] || vips+=,::
    conn $client net "id=@$client" peer_id=@gw "peer=$NET_PUBLIC_b" "vips=$vips" lan=dynamic "peer_lan=$nets"
    conn b $client id=@gw "peer_id=@$client" pools=staff,staff6 peer_lan=dynamic "lan=$nets"
done
conn a again id=@a peer_id=@gw "peer=$NET_PUBLIC_b" vips=0.0.0.0 lan=dynamic "peer_lan=$nets"
conn a third id=@third peer_id=@gw "peer=$NET_PUBLIC_b" vips=0.0.0.0 lan=dynamic
conn b third id=@gw peer_id=@third pools=staff peer_lan=dynamic
gw_start b
gw_start a
gw_start a2
gw_initiate a2 net || lab_fail "no tunnel for the first: $(tail -n 2 "$LAB_OUT/gwa2/initiate.log")"
gw_initiate a net || lab_fail "no tunnel for the second: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_equal "addresses" "@a2=10.9.0.1 @a=10.9.0.2 @a=fd09::1" "$(leases)"
reach a2 10.9.0.1 "${NET_LAN[b]}.10"
reach a 10.9.0.2 "${NET_LAN[b]}.10"
reach a fd09::1 "${NET_LAN6[b]}:10"
swan_logged a "installing new virtual IP 10.9.0.2" || lab_fail "strongSwan did not take its address"

# Another IKE SA of the same client from the same place, as by reauthentication, which asks for any address again
gw_initiate a again || lab_fail "no second tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_equal "addresses, with a second SA of one client" "@a2=10.9.0.1 @a=10.9.0.2 @a=fd09::1" "$(leases)"
gw_terminate a net
check_equal "addresses, when its first SA is gone" "@a2=10.9.0.1 @a=10.9.0.2" "$(leases)"
gw_terminate a again
gw_initiate a net || lab_fail "no tunnel for the second again: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"

gw_initiate a third && lab_fail "a full pool gives an address"
swan_logged a "INTERNAL_ADDRESS_FAILURE" || lab_fail "strongSwan is not told that there is none"
[[ $(culvert_failure b address why) == *"staff"*"are in use"* ]] || lab_fail "the full pool is not explained"

gw_rekey a net ike || lab_fail "the IKE SA cannot be rekeyed"
gw_terminate a2 net
culvert_ctl b show pools >"$LAB_OUT/pools"
gw_stop b
gw_start b
check_equal "leases kept over the restart" "3" "$(culvert_json b 'len([l for l in d["leases"] if l["state"] == "kept"])' show pools)"
gw_terminate a net
# one asks for an address of no pool, the other for that one's
for wish in a=10.9.0.77 a2=10.9.0.2; do
    sed -i "s/vips = .*/vips = ${wish#*=}/" "$LAB_OUT/gw${wish%=*}/swanctl/swanctl.conf"
    swan_ctl "${wish%=*}" --load-all --noprompt >>"$LAB_OUT/gw${wish%=*}/load.log" 2>&1
done
gw_initiate a net || lab_fail "no tunnel after the restart: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
gw_initiate a2 net || lab_fail "no tunnel after the restart: $(tail -n 2 "$LAB_OUT/gwa2/initiate.log")"
check_equal "addresses after the restart" "@a2=10.9.0.1 @a=10.9.0.2" "$(leases)"
reach a 10.9.0.2 "${NET_LAN[b]}.10"
echo "shows: $(leases)"
