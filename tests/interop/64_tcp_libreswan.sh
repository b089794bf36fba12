#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# IKE over TCP (RFC 9329) with libreswan, which calls and is called, rekeys and deletes. No kernel here has ESP in TCP, so
# tests/lib/espintcp.c plays the kernel for libreswan, and no ESP passes.
# guest: up to 400 s
# cases: called calls
. "${0%/*}/../lib/lab.sh" || exit

guest_need
lab_up a=none b=1to1
dir=$LAB_OUT/gwa
mkdir -p "$dir/run" "$dir/nss"
files=$GUEST_ROOT/files
export LD_LIBRARY_PATH=$files/usr/lib/x86_64-linux-gnu
${CC:-cc} -shared -fPIC -O1 -std=gnu17 -D_GNU_SOURCE -o "$dir/espintcp.so" "$LAB_LIB/espintcp.c" || lab_fail "espintcp.c does not compile"
cat >"$dir/ipsec.conf" <<CONF
config setup
    ikev1-policy=drop
    listen-tcp=yes
conn net
    ikev2=insist
    authby=secret
    enable-tcp=yes
    left=${NET_WAN[a]}
    leftid=@foo
    leftsubnet=${NET_LAN[a]}.0/24
    right=$NET_PUBLIC_b
    rightid=@gw
    rightsubnet=${NET_LAN[b]}.0/24
    leftupdown=%disabled
    auto=add
CONF
echo "@foo @gw : PSK \"$LAB_PSK\"" >"$dir/ipsec.secrets"
"$files/usr/bin/certutil" -N -d "sql:$dir/nss" --empty-password || lab_fail "no folder for keys"
CULVERT_EXTRA[b]='"tcp": {"listen": [4500]},'
conn b foo id=@gw peer_id=@foo "peer=$NET_PUBLIC_a" ike=default esp=default 'more=, "tcp": "always"'
lab_in inet nft add table ip blocked
lab_in inet nft add chain ip blocked through '{ type filter hook forward priority filter; }'
lab_in inet nft add rule ip blocked through 'udp dport { 500, 4500 } drop'
gw_start b
# It looks for its own programs in the machine's folder, which is another one in this namespace.
lab_spawn gwa "$dir/pluto.out" sh -c 'mount --bind "$0/usr/libexec" /usr/libexec && exec env "$@"' "$files" "LD_PRELOAD=$dir/espintcp.so" \
    /usr/libexec/ipsec/pluto --nofork --config "$dir/ipsec.conf" \
    --secretsfile "$dir/ipsec.secrets" --nssdir "$dir/nss" --rundir "$dir/run" --logfile "$dir/pluto.log"
lab_wait 15 grep -q 'loading secrets from' "$dir/pluto.log" || lab_fail "libreswan does not start: $(tail -n 5 "$dir/pluto.log" "$dir/pluto.out")"
whack() { lab_in gwa timeout 20 "$files/usr/libexec/ipsec/whack" --rundir "$dir/run" "$@" >>"$dir/whack.log" 2>&1; }
if [ "$1" = called ]; then
    whack --initiate --name net || lab_fail "no tunnel: $(tail -n 3 "$dir/whack.log"); $(culvert_ctl b explain)"
else
    gw_initiate b foo || lab_fail "no tunnel: $(culvert_ctl b explain)"
fi
up() { [ "$(culvert_children b)" = 1 ]; }
lab_wait 10 up || lab_fail "no child: $(culvert_ctl b show sas; culvert_ctl b explain)"
check_equal "transport" TCP "$(culvert_json b 'd["sas"][0]["transport"]' show sas)"
check_equal "NAT in front of us and of the peer" "True False" "$(culvert_nat b local) $(culvert_nat b remote)"
rekeyed() { [ "$(culvert_total b foo "rekeyed_$1")" -ge "$2" ] && up; }
gw_rekey b foo child && lab_wait 10 rekeyed child 1 || lab_fail "our child is not rekeyed: $(culvert_ctl b explain)"
gw_rekey b foo ike && lab_wait 10 rekeyed ike 1 || lab_fail "our IKE SA is not rekeyed: $(culvert_ctl b explain)"
whack --rekey-ike --name net
lab_wait 10 rekeyed ike 2 || lab_fail "libreswan's IKE SA is not rekeyed: $(culvert_ctl b explain)"
check_equal "connections of TCP" 1 "$(culvert_json b 'd["node"]["tcp_connections"]' show counters)"
connection_of() { culvert_json b 'd["sas"][0]["remote"]' show sas; }
before=$(connection_of)
gw_terminate b foo
# Whoever called before wants it to be up, and calls anew.
anew() { up && [ "$(connection_of)" != "$before" ]; }
down() { [ "$(culvert_ikes b)" = 0 ]; }
if [ "$1" = called ]; then
    lab_wait 10 anew || lab_fail "libreswan does not call anew: $(culvert_ctl b show sas)"
else
    lab_wait 10 down || lab_fail "not closed: $(culvert_ctl b show sas)"
fi
echo "shows: IKE over TCP, rekeyed by both sides, one connection for all"
