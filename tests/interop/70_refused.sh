#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Peers that cannot have a tunnel: refused with the right notify, explained in `culvertctl show failures`, and nothing is
# left of them. A good peer beside them keeps its traffic.
# cases: wrong-key wrong-identity private-identity wrong-gateway no-ike-proposal no-esp-proposal selectors
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=masq b=1to1 clients=2
conn a net id=@foo peer_id=@gw "peer=$NET_PUBLIC_b"
bad=() notify=AUTHENTICATION_FAILED
case $1 in
wrong-key) bad=(id=@bar psk=not-the-secret-that-was-agreed-on1) kind=wrong_key ;;
wrong-identity) bad=(id=@stranger) kind=unknown_id ;;
private-identity) bad=("id=${NET_WAN[a2]}") kind=unknown_id ;;
wrong-gateway) bad=(id=@bar peer_id=@other) kind=unknown_id ;;
no-ike-proposal) bad=(id=@bar ike=aes256-sha512-modp4096) kind=no_proposal notify=NO_PROPOSAL_CHOSEN ;;
no-esp-proposal) bad=(id=@bar esp=aes256-sha512) kind=no_proposal notify=NO_PROPOSAL_CHOSEN ;;
selectors) bad=(id=@bar peer_lan=10.77.0.0/24) kind=selectors notify=TS_UNACCEPTABLE ;;
esac
conn a2 bad peer_id=@gw "peer=$NET_PUBLIC_b" "${bad[@]}"
conn b foo id=@gw peer_id=@foo
conn b bar id=@gw peer_id=@bar "peer_lan=${NET_LAN[a2]}.0/24"
CULVERT_EXTRA[b]='"limits": {"half_open_timeout_s": 3},'
gw_start b
gw_start a
gw_start a2
gw_initiate a net || lab_fail "no tunnel for the good peer"
check_reach a "${NET_LAN[b]}.10" 5
check_ping_start a "${NET_LAN[b]}.10" 400 0.01
swan_initiate a2 bad 6 && lab_fail "the bad peer got a tunnel"
swan_logged a2 "received $notify" ||
    lab_fail "strongSwan did not get $notify: $(grep -h received "$LAB_OUT/gwa2/charon.log" | tail -n 1)"
why=$(culvert_failure b "$kind" why)
[ -n "$why" ] || lab_fail "no failure of kind $kind is explained: $(culvert_ctl b show failures)"
cure=$(culvert_failure b "$kind" fix_here)$(culvert_failure b "$kind" fix_peer)
[ -n "$cure" ] || lab_fail "the failure has no cure: $(culvert_ctl b show failures)"
[ -n "$(culvert_failure b "$kind" what)" ] || lab_fail "what arrived is not told: $(culvert_ctl b show failures)"
if [ "$1" = private-identity ]; then
    grep -qi private <<<"$why$cure" || lab_fail "the private address is not recognised as such: $why"
fi
swan_terminate a2 bad
alone() { [ "$(culvert_ikes b)" = 1 ] && [ "$(culvert_json b 'd["half_open"]' status)" = 0 ]; }
lab_wait 8 alone || lab_fail "state of the bad peer is left: $(culvert_ctl b show sas)"
check_ping_lost
check_equal "pings of the good peer lost" 0 "$CHECK_LOST"
gw_stop b
check_equal "exit status of culvertd" 0 "$LAB_STATUS"
echo "shows: $notify, $kind: $why"
