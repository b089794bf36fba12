# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# OpenIKED as a gateway, in a guest of its own (lab_guest.sh). It writes no proposal: what it offers and accepts are its defaults.
# Its children end by time alone (IKED_LIFETIME seconds), so that is how it rekeys.

iked_start() {
    local gw=$1 dir=$LAB_OUT/gw$1 name peer
    guest_start "$gw" || return 1
    for name in ${GW_CONNS[$gw]}; do
        peer=${GW_VALUE[$gw/$name/peer]}
        printf 'ikev2 "%s" %s esp from %s to %s ' "$name" "${IKED_MODE:-passive}" "${GW_VALUE[$gw/$name/lan]}" "${GW_VALUE[$gw/$name/peer_lan]}"
        printf 'local %s peer %s srcid %s dstid %s ' "${NET_WAN[$gw]}" "$peer" "${GW_VALUE[$gw/$name/id]//@/}" \
            "${GW_VALUE[$gw/$name/peer_id]//@/}"
        printf '%s psk "%s"\n' "${IKED_LIFETIME:+lifetime $IKED_LIFETIME}" "${GW_VALUE[$gw/$name/psk]}"
    done >"$dir/iked.conf"
    openssl ecparam -genkey -name prime256v1 -noout -out "$dir/local.key" 2>/dev/null || return 1
    guest_run "$gw" "dir='$dir'"'
        echo "_iked:x:990:990::/var/empty:/usr/sbin/nologin" >>/etc/passwd
        echo "_iked:x:990:" >>/etc/group
        for folder in ca certs crls private pubkeys/ipv4 pubkeys/ipv6 pubkeys/fqdn pubkeys/ufqdn; do folders+=" /etc/iked/$folder"; done
        mkdir -p /var/empty $folders && install -m 600 "$dir/iked.conf" /etc/iked.conf && install -m 600 "$dir/local.key" /etc/iked/private/
        iked -d -v -f /etc/iked.conf >"$dir/iked.log" 2>&1 &' >"$dir/start.log" || return 1
    lab_wait 30 lab_has "$dir/iked.log" 'ikev2 "' || { tail -n 5 "$dir/iked.log" "$dir/start.log" >&2; return 1; }
}

iked_initiate() { :; }
iked_children() { echo $(($(guest_run "$1" 'ip xfrm state' | grep -c 'proto esp') / 2)); }
