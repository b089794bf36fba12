# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# libreswan as a gateway, in a guest of its own (lab_guest.sh). It writes no proposal: what it offers and accepts are its defaults.
# Each child is a connection of its own there, and those of one peer share its IKE SA.

libreswan_connection() {
    local gw=$1 name=$2 child=$3 peer_lan=$4 ikev2=insist
    [ "${GW_VALUE[$gw/$name/version]}" = 2 ] || ikev2=no
    cat <<CONF
conn $child
    ikev2=$ikev2
    authby=secret
    left=${NET_WAN[$gw]}
    leftid=${GW_VALUE[$gw/$name/id]}
    right=${GW_VALUE[$gw/$name/peer]}
    rightid=${GW_VALUE[$gw/$name/peer_id]}
    leftupdown=%disabled
    auto=add
CONF
    [ "$peer_lan" = dynamic ] || printf '    leftsubnet=%s\n    rightsubnet=%s\n' "${GW_VALUE[$gw/$name/lan]}" "$peer_lan"
    printf '%s\n' "${GW_VALUE[$gw/$name/libreswan]}"
}

libreswan_start() {
    local gw=$1 dir=$LAB_OUT/gw$1 name
    guest_start "$gw" || return 1
    {
        printf 'config setup\n    ikev1-policy=accept\n\n'
        for name in ${GW_CONNS[$gw]}; do
            libreswan_connection "$gw" "$name" "$name" "${GW_VALUE[$gw/$name/peer_lan]}"
            [ -z "${GW_VALUE[$gw/$name/peer_lan2]}" ] ||
                libreswan_connection "$gw" "$name" "${name}2" "${GW_VALUE[$gw/$name/peer_lan2]}"
        done
    } >"$dir/ipsec.conf"
    for name in ${GW_CONNS[$gw]}; do
        printf '%s %s : PSK "%s"\n' "${GW_VALUE[$gw/$name/id]}" "${GW_VALUE[$gw/$name/peer_id]}" "${GW_VALUE[$gw/$name/psk]}"
    done >"$dir/ipsec.secrets"
    guest_run "$gw" "mkdir -p /run/pluto /var/lib/ipsec/nss
        certutil -N -d sql:/var/lib/ipsec/nss --empty-password || exit 1
        /usr/libexec/ipsec/pluto --nofork --config '$dir/ipsec.conf' --secretsfile '$dir/ipsec.secrets' --nssdir /var/lib/ipsec/nss \
            --rundir /run/pluto --logfile '$dir/pluto.log' >'$dir/pluto.out' 2>&1 &" >"$dir/start.log" || { tail -n 5 "$dir/start.log" >&2; return 1; }
    # It loads its connections itself, reads the secrets, and is ready then.
    lab_wait 60 lab_has "$dir/pluto.log" 'loading secrets from' || { tail -n 5 "$dir/pluto.log" "$dir/pluto.out" >&2; return 1; }
}

libreswan_whack() { guest_run "$1" "timeout 30 /usr/libexec/ipsec/whack --rundir /run/pluto $2"; }
# CONNECTION is net, or net2 for its second child.
libreswan_initiate() { libreswan_whack "$1" "--initiate --name $2" >"$LAB_OUT/gw$1/initiate.log"; }
libreswan_rekey() {
    local kind=ipsec
    [ "$3" = ike ] && kind=ike
    libreswan_whack "$1" "--rekey-$kind --name $2" >>"$LAB_OUT/gw$1/rekey.log"
}
libreswan_children() { libreswan_whack "$1" --trafficstatus | grep -c 'type=ESP'; }
libreswan_terminate() { libreswan_whack "$1" "--terminate --name $2" >"$LAB_OUT/gw$1/terminate.log"; }
