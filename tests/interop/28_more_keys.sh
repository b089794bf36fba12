#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Additional key exchanges (RFC 9370) through NATs: IKE_INTERMEDIATE before IKE_AUTH, IKE_FOLLOWUP_KE behind CREATE_CHILD_SA, in
# both roles with a strongSwan that knows them, and between two Culverts, where each OpenSSL has it with ML-KEM.
# cases: culvert
# cases with strongSwan 6: swan-in swan-out
. "${0%/*}/../lib/lab.sh" || exit

more=x25519-ke1_ecp384-ke2_modp3072 want=X25519+ECP-384+MODP-3072
case $1 in
culvert)
    GW_ENGINE[a]=culvert
    if "$LAB_BIN/culvertd/culvertd" --version | grep -q 'with ML-KEM'; then
        more=x25519-ke1_mlkem768-ke3_mlkem1024 want=X25519+ML-KEM-768+ML-KEM-1024
    fi
    ;;
esac
SWAN_FRAGMENT=600
case $1 in
swan-out) lab_up a=fwd b=1to1 ;; # who is called has a port that leads to it
*) lab_up a=masq b=1to1 ;;
esac
gw_pair "ike=aes256gcm16-prfsha384-$more" "esp=aes256gcm16-$more" "b.peer=$NET_PUBLIC_a"
gw_start b
gw_start a
if [ "$1" = swan-out ]; then
    gw_initiate b foo || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwb/initiate.log")"
else
    gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
fi
check_reach a "${NET_LAN[b]}.10" 5
check_equal "key exchanges of the IKE SA" "AES-GCM-16-256/PRF-HMAC-SHA2-384/$want" "$(culvert_json b 'd["sas"][0]["proposal"]' show sas)"
for side in a b; do
    name=net count=1 && [ $side = b ] && name=foo count=2
    gw_rekey $side $name child || lab_fail "child rekey by $side: $(tail -n 2 "$LAB_OUT/gw$side/rekey.log")"
    check_rekeyed child $count
    check_ping a "${NET_LAN[b]}.10" 10 0.02
    check_equal "key exchanges of the child" "AES-GCM-16-256/$want/32-bit sequence" \
        "$(culvert_json b '[c["proposal"] for c in d["sas"][0]["children"] if not c.get("replaced")][0]' show sas)"
    gw_rekey $side $name ike || lab_fail "IKE rekey by $side: $(tail -n 2 "$LAB_OUT/gw$side/rekey.log")"
    check_rekeyed ike $count
    check_ping b "${NET_LAN[a]}.10" 10 0.02
done
check_equal "children at Culvert" 1 "$(gw_children b)"
check_equal "IKE SAs at Culvert" 1 "$(culvert_json b 'len([s for s in d["sas"] if s["state"] == "established"])' show sas)"
echo "shows: $want for the IKE SA and the child, behind two rekeys of each"
