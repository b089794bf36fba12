#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Both sides prove themselves by certificates, the tunnel started by either side: each kind of key and signature.
# cases: rsa-in rsa-out
. "$(dirname "$0")/../lib/lab.sh"
. "$LAB_LIB/pki.sh"

pki_open "$LAB_PKI"
pki_ca ca
pki_cert gw ca key=rsa san=DNS:gw.example.org
pki_cert foo ca key=rsa san=DNS:foo.example.org
lab_up a=fwd b=1to1
check_capture_start
gw_pair auth=pubkey peer_auth=pubkey ca=ca a.cert=foo b.cert=gw a.id=foo.example.org a.peer_id=gw.example.org \
    b.id=gw.example.org b.peer_id=foo.example.org "b.peer=$(gw_public a)"
gw_start b
gw_start a
case $1 in
*-in) gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")" ;;
*-out) gw_initiate b foo || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwb/initiate.log")" ;;
esac
check_traffic
check_capture_end --least-esp 100
echo "shows: $1; $CHECK_RATES Mbit/s"
