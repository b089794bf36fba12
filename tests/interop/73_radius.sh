#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# FreeRADIUS decides logins of strongSwan: by a password and by a certificate, by MD5, which makes no key, and by TTLS with MD5
# inside, methods that Culvert does not know; behind a server that does not answer. It gives an
# address, and is told who came and went, and what they carried. A wrong password is refused, and so is a group that is not let in.
. "${0%/*}/../lib/lab.sh" || exit
. "$LAB_LIB/lab_radius.sh"
. "$LAB_LIB/pki.sh"

lab_up a=masq b=1to1
pki_open "$LAB_OUT/pki"
pki_ca ca key=p256 || lab_fail "no CA"
pki_cert radius ca key=rsa subject=/CN=radius.example.org san=DNS:gw eku=serverAuth || lab_fail "no certificate"
pki_cert gw ca key=rsa san=DNS:gw.example.org || lab_fail "no certificate"
pki_cert ann ca key=rsa subject=/CN=ann@example.org san=email:ann@example.org eku=clientAuth || lab_fail "no certificate"
mkdir -p "$LAB_OUT/gwa/swanctl/"{x509,x509ca,private} "$LAB_OUT/gwb"
cp "$pki_dir/ann.crt" "$LAB_OUT/gwa/swanctl/x509/"
cp "$pki_dir/ann.key" "$LAB_OUT/gwa/swanctl/private/"
cp "$pki_dir/ca.crt" "$LAB_OUT/gwa/swanctl/x509ca/"
cat >"$LAB_OUT/users" <<'USERS'
bob Cleartext-Password := "Correct Horse 9"
    Framed-IP-Address = 10.77.0.5,
    Class = "staff"
kim Cleartext-Password := "Correct Horse 9"
    Filter-Id = "guests"
lee@example.org Cleartext-Password := "Correct Horse 9"
    Class = "guests"
max@example.org Cleartext-Password := "Correct Horse 9"
    Class = "night"
USERS
login="peer=$NET_PUBLIC_b peer_id=@gw"
# shellcheck disable=SC2086
conn a password id=@foo $login auth=eap-mschapv2 user=bob password='Correct Horse 9' vips=0.0.0.0 lan=dynamic
# shellcheck disable=SC2086
conn a certificate id=ann@example.org $login auth=eap-tls user=ann@example.org
SWAN_PLUGINS+=" eap-md5 eap-ttls"
for method in md5 ttls; do
    # shellcheck disable=SC2086
    conn a "$method" "id=@$method" $login "auth=eap-$method" user=bob password='Correct Horse 9'
    conn b "$method" id=@gw "peer_id=@$method" peer_auth=eap-radius
done
# shellcheck disable=SC2086
conn a wrong id=@bar $login auth=eap-mschapv2 user=eve password=guessed
conn b password id=@gw peer_id=@foo peer_auth=eap-radius groups=staff,night peer_lan=dynamic
conn b certificate id=@gw peer_id=ann@example.org peer_auth=eap-radius
# shellcheck disable=SC2086
conn a guest id=@baz $login auth=eap-mschapv2 user=kim password='Correct Horse 9'
conn b guest id=@gw peer_id=@baz peer_auth=eap-radius groups=staff peer_lan=10.89.0.0/24
conn b wrong id=@gw peer_id=@bar peer_auth=eap-radius peer_lan=10.88.0.0/24
# One gateway, and who logs in gets the connection of his group: the pool and the network of that.
for user in lee max; do
    conn a "$user" "id=$user@example.org" "peer=$NET_PUBLIC_b" peer_id=gw.example.org peer_auth=pubkey ca=ca auth=eap-mschapv2 \
        "user=$user@example.org" password='Correct Horse 9' vips=0.0.0.0 lan=dynamic
done
gateway="id=gw.example.org auth=pubkey cert=gw peer_id=*@example.org peer_auth=eap-radius peer_lan=dynamic"
set -f # no file is meant
# shellcheck disable=SC2086
conn b staff $gateway groups=staff pools=staff
# shellcheck disable=SC2086
conn b night $gateway groups=night pools=night
# shellcheck disable=SC2086
conn b rest $gateway pools=guests "lan=${NET_LAN[b]}.10/32"
set +f
for pool in staff:10.91 night:10.92 guests:10.93; do gw_pool b "${pool%:*}" "addresses=${pool#*:}.0.0/24"; done
CULVERT_EXTRA[b]=$(radius_json b)
radius_start b "$LAB_OUT/users"
check_capture_start
gw_start b
gw_start a
swan_initiate a certificate || lab_fail "no tunnel by a certificate: $(culvert_ctl b show failures)"
swan_initiate a password || lab_fail "no tunnel by a password: $(culvert_ctl b show failures)"
swan_logged a "installing new virtual IP 10.77.0.5" || lab_fail "strongSwan did not get the address that FreeRADIUS gave"
lab_in gwa ping -c 3 -i 0.1 -I 10.77.0.5 -W 1 "${NET_LAN[b]}.10" >/dev/null || lab_fail "no ping through the tunnel"
swan_terminate a certificate
for method in md5 ttls; do
    swan_initiate a "$method" || lab_fail "no tunnel by $method: $(culvert_ctl b show failures)"
    swan_terminate a "$method"
done
swan_initiate a wrong 8 && lab_fail "a wrong password got a tunnel"
culvert_ctl b show failures >"$LAB_OUT/failures.txt"
grep -q 'The RADIUS server rejects the login of "eve"' "$LAB_OUT/failures.txt" || lab_fail "not told: $(cat "$LAB_OUT/failures.txt")"
swan_initiate a guest 8 && lab_fail "a login of another group got a tunnel"
culvert_ctl b show failures >"$LAB_OUT/failures.txt"
grep -q 'login of "kim", but names no group of this connection.*"guests"' "$LAB_OUT/failures.txt" || lab_fail "not told: $(cat "$LAB_OUT/failures.txt")"
swan_terminate a password
stopped() { grep -q 'Acct-Status-Type = Stop' "$LAB_OUT/radius/acct"; }
lab_wait 5 stopped || lab_fail "FreeRADIUS was not told of the end"
check_equal "starts" 4 "$(grep -c 'Acct-Status-Type = Start' "$LAB_OUT/radius/acct")"
grep -A20 'Acct-Status-Type = Stop' "$LAB_OUT/radius/acct" | grep -q 'User-Name = "bob"' || lab_fail "the wrong one was told of"
for count in 'Input-Octets = 252' 'Input-Packets = 3' 'Output-Octets = 252' 'Output-Packets = 3' 'Session-Time = [0-9]'; do
    grep -A20 'Acct-Status-Type = Stop' "$LAB_OUT/radius/acct" | grep -q "Acct-$count" || lab_fail "accounting of the end has no Acct-$count"
done
grep -q 'Framed-IP-Address = 10.77.0.5' "$LAB_OUT/radius/acct" || lab_fail "accounting has no address"
for user in lee:rest:10.93.0. max:night:10.92.0.; do
    IFS=: read -r name of address <<<"$user"
    swan_initiate a "$name" || lab_fail "no tunnel of $name: $(culvert_ctl b show failures)"
    swan_logged a "installing new virtual IP $address" || lab_fail "$name did not get an address of his group's pool"
    check_equal "connection of $name" "$of" "$(culvert_json b "next(s['connection'] for s in d['sas'] if s['remote_id'] == '$name@example.org')" show sas)"
    swan_terminate a "$name"
done
check_capture_end
gw_check_ends || lab_fail "culvertd did not end well"
lab_end "$RADIUS_PID"
echo "shows: a password and a certificate, Framed-IP, failover, start, stop and what was carried, groups, and a connection by a group"
