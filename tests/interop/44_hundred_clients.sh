#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A hundred roadwarriors of one connection, two strongSwans with fifty identities each behind one NAT: all come up, each with an
# address of its own and some with that of their row; some have traffic, all are rekeyed, and after a restart of the gateway they
# call again and get the addresses that they had.
. "${0%/*}/../lib/lab.sh" || exit

CLIENTS=100
lab_up a=random b=1to1 clients=2
mkdir "$LAB_OUT/state"
CULVERT_CONTROL=", \"state\": \"$LAB_OUT/state\""
gw_pool b staff addresses=10.9.0.0/24
for gw in a a2; do
    first=1
    [ $gw = a ] || first=$((CLIENTS / 2 + 1))
    conn $gw u$first "id=u$first@example.org" peer_id=@gw "peer=$NET_PUBLIC_b" vips=0.0.0.0 lan=dynamic "peer_lan=${NET_LAN[b]}.0/24" \
        "swan_child=start_action = start"
done
for ((i = 1; i <= CLIENTS; i++)); do echo "@gw u$i@example.org $LAB_PSK"; done >"$LAB_OUT/keys"
for ((i = 10; i <= CLIENTS; i += 10)); do echo "{ \"id\": \"u$i@example.org\", \"address\": \"10.9.0.$((200 + i / 10))\" }"; done >"$LAB_OUT/rows"
chmod 600 "$LAB_OUT/keys"
# They come from two places, and all at once
CULVERT_EXTRA[b]="\"secrets_file\": \"$LAB_OUT/keys\", \"limits\": {\"half_open_per_endpoint\": $CLIENTS},"
conn b roads id=@gw 'peer_id=*@example.org' pools=staff peer_lan=dynamic "peer_more=, \"peers_file\": \"$LAB_OUT/rows\""

# Makes the connection of a strongSwan's client one of each from it on, and loads them: multiply GATEWAY FIRST
multiply() {
    "$LAB_PYTHON" - "$LAB_OUT/gw$1/swanctl/swanctl.conf" "$2" $((CLIENTS / 2)) <<'PYTHON'
import re, sys
path, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
one = open(path).read()
with open(path, "w") as out:
    for i in range(first, first + count):
        out.write(re.sub(r"\bu%d\b" % first, "u%d" % i, one))
PYTHON
    swan_ctl "$1" --load-all --noprompt >"$LAB_OUT/gw$1/load.log" 2>&1 || lab_fail "strongSwan does not take them: $(tail -n 2 "$LAB_OUT/gw$1/load.log")"
}
# Addresses in use, by identity.
leases() { culvert_json b 'sorted((l["id"], l["address"]) for l in d["leases"] if l["state"] == "in use")' show pools; }
all_up() { [ "$(culvert_json b 'len({s["remote_id"] for s in d["sas"] if s["children"]})' show sas)" = $CLIENTS ]; }
# The address of a client: inner NUMBER
inner() { culvert_json b "next(l['address'] for l in d['leases'] if l['id'] == 'u$1@example.org')" show pools; }
sample() {
    local i gw
    for i in 1 10 100; do
        gw=a
        [ "$i" -le $((CLIENTS / 2)) ] || gw=a2
        lab_wait 3 lab_in gw$gw ping -c 1 -W 0.3 -q -I "$(inner "$i")" "${NET_LAN[b]}.10" || lab_fail "client $i has no traffic $1"
        lab_in hostb ping -c 1 -W 1 -q "$(inner "$i")" >/dev/null || lab_fail "client $i is not reached $1"
    done
}

clients_start() {
    gw_start a
    gw_start a2
    multiply a 1
    multiply a2 $((CLIENTS / 2 + 1))
}
gw_start b
clients_start
lab_wait 20 all_up || lab_fail "only $(culvert_ikes b) of $CLIENTS came up"
first=$(leases)
check_equal "addresses, all different" $CLIENTS "$(culvert_json b 'len({l["address"] for l in d["leases"]})' show pools)"
for ((i = 10; i <= CLIENTS; i += 10)); do
    check_equal "the address of the row of client $i" "10.9.0.$((200 + i / 10))" "$(inner $i)"
done
sample "at first"

gw_rekey b roads ike || lab_fail "they cannot be rekeyed"
rekeyed() { [ "$(culvert_total b roads rekeyed_ike)" -ge $CLIENTS ] && [ "$(culvert_ikes b)" = $CLIENTS ]; }
lab_wait 15 rekeyed || lab_fail "only $(culvert_total b roads rekeyed_ike) are rekeyed, $(culvert_ikes b) are there"
gw_rekey b roads child || lab_fail "their children cannot be rekeyed"
child_rekeyed() { [ "$(culvert_total b roads rekeyed_child)" -ge $CLIENTS ]; }
lab_wait 15 child_rekeyed || lab_fail "only $(culvert_total b roads rekeyed_child) child SAs are rekeyed"
check_equal "addresses after the rekeying" "$first" "$(leases)"
sample "after the rekeying"

for gw in b a a2; do gw_stop $gw; done # strongSwan at times has no traffic from an address that it had before
gw_start b
clients_start
lab_wait 20 all_up || lab_fail "only $(culvert_ikes b) of $CLIENTS came back"
check_equal "addresses after the restart" "$first" "$(leases)"
sample "after the restart"
echo "shows: $CLIENTS clients of one connection, $(culvert_json b 'd["pools"][0]["in_use"]' show pools) addresses in use, the same as before the restart"
