#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Authentication is repeated under pings at 100 per second: by Culvert as the caller, which makes the new IKE SA before the old one
# goes, so that Culvert loses none; and by strongSwan, because it is set to or because Culvert, called, told it when it has to
# (AUTH_LIFETIME). Its userland ESP loses some packets then, and now and then one when it is called.
# cases: by-peer told by-culvert
. "${0%/*}/../lib/lab.sh" || exit

case $1 in
by-peer)
    lab_up a=masq b=1to1
    # By default strongSwan's hard end would be in the same second, and where it comes first, there is no reauthentication.
    gw_pair "a.swan=reauth_time = 5s"$'\n'"over_time = 20s"
    ;;
told)
    lab_up a=masq b=1to1
    gw_pair 'b.more=, "reauth_s": 7'
    ;;
by-culvert)
    lab_up a=none b=1to1
    gw_pair "b.peer=$NET_PUBLIC_a" 'b.more=, "reauth_s": 6'
    ;;
esac
[ "$1" != by-culvert ] || check_capture_start
gw_start b
gw_start a
if [ "$1" = by-culvert ]; then
    gw_initiate b foo || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwb/initiate.log")"
else
    gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
fi
check_reach a "${NET_LAN[b]}.10" 5
first=$(culvert_json b 'd["sas"][0]["spi_i"]' show sas)
check_ping_start a "${NET_LAN[b]}.10" 1000 0.01
check_ping_lost
most=50
case $1 in by-culvert) most=2 ;; by-peer) most=10 ;; esac
[ "$CHECK_LOST" -le "$most" ] || lab_fail "$CHECK_LOST pings are lost, more than $most"
one_each() { [ "$(culvert_ikes b)" = 1 ] && [ "$(gw_children b)" = 1 ]; }
lab_wait 5 one_each || lab_fail "Culvert has $(culvert_ikes b) IKE SAs and $(gw_children b) children"
[ "$first" != "$(culvert_json b 'd["sas"][0]["spi_i"]' show sas)" ] || lab_fail "the IKE SA is the first one still"
[ "$(culvert_total b foo established)" -ge 2 ] || lab_fail "only $(culvert_total b foo established) IKE SAs came up"
if [ "$1" = told ]; then
    swan_logged a "received AUTH_LIFETIME of 7s" || lab_fail "strongSwan was not told: $(grep -F AUTH_LIFETIME "$LAB_OUT/gwa/charon.log")"
fi
[ "$1" != by-culvert ] || check_capture_end --least-esp 900
echo "shows: $(culvert_total b foo established) IKE SAs one behind the other, $CHECK_LOST of $CHECK_SENT pings lost"
