# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# strongSwan as a gateway: charon-systemd (no pid file, needs no systemd) with its userland ESP, one per namespace.
# kernel-libipsec stands before kernel-netlink, since the first plugin that offers ESP is the one that is used; it always
# encapsulates in UDP, knows tunnel mode only and no ESN.

SWAN_PLUGINS="random nonce openssl pem aes sha1 sha2 hmac md5 kdf gcm ccm gmp curve25519 kernel-libipsec kernel-netlink"
SWAN_PLUGINS+=" socket-default vici counters eap-identity eap-mschapv2 eap-tls x509 revocation pubkey pkcs1 pkcs8 pkcs12 sshkey constraints xauth-generic"

# An identity in swanctl's notation; behind "swan:" it is one already.
swan_id() {
    case $1 in
    swan:*) printf '%s' "${1#swan:}" ;;
    keyid:*) printf '"@#%s"' "$(printf '%s' "${1#keyid:}" | od -An -tx1 | tr -d ' \n')" ;;
    *) printf '"%s"' "$1" ;;
    esac
}

swan_write_daemon() {
    cat >"$1/strongswan.conf" <<CONF
charon {
    load_modular = no
    load = $SWAN_PLUGINS
    retransmit_timeout = 1.0
    retransmit_base = 1.4
    retransmit_tries = ${SWAN_TRIES:-4}
    keep_alive = ${SWAN_KEEPALIVE:-20s}
    half_open_timeout = 10
    i_dont_care_about_security_and_use_aggressive_mode_psk = yes
    make_before_break = yes
    fragment_size = ${SWAN_FRAGMENT:-1280}
    signature_authentication = ${SWAN_SIGNATURES:-yes}
    rsa_pss = ${SWAN_PSS:-no}
    filelog {
        log {
            path = $1/charon.log
            time_format = %H:%M:%S
            time_add_ms = yes
            flush_line = yes
            default = 1
            ike = 2
            cfg = 2
        }
    }
    plugins {
        vici {
            socket = unix://${SWAN_SOCKET:-$1/vici}
        }
        ${SWAN_PLUGIN_CONF:-}
    }
}
swanctl {
    load = pem openssl random pubkey x509 pkcs1 pkcs8 pkcs12
}
CONF
}

swan_write_connection() {
    local gw=$1 name=$2 peer encap=no
    peer=$(gw_value "$gw" "$name" peer)
    [ "$peer" = any ] && peer=%any
    [ "$(gw_value "$gw" "$name" encap)" = force ] && encap=yes
    cat <<CONF
    $name {
        version = $(gw_value "$gw" "$name" version)
        mobike = $(gw_value "$gw" "$name" mobike)
        local_addrs = $(gw_value "$gw" "$name" local)
        remote_addrs = $peer
        proposals = $(gw_value "$gw" "$name" ike)
        rekey_time = $(gw_value "$gw" "$name" ike_rekey)s
        encap = $encap
$(swan_ppk "$gw" "$name")
$(gw_value "$gw" "$name" swan)
$(swan_set vips "$(gw_value "$gw" "$name" vips)")
$(swan_set pools "$(gw_value "$gw" "$name" pools)")
        local {
            auth = $(swan_first "$gw" "$name" auth)
$(swan_eap_id "$gw" "$name" auth 1 "$(swan_user "$gw" "$name")")
$(swan_files "$gw" "$name" cert certs crt)
$(swan_files "$gw" "$name" key pubkeys pub)
            id = $(swan_id "$(gw_value "$gw" "$name" id)")
        }
        remote {
            auth = $(swan_first "$gw" "$name" peer_auth)
$(swan_logs_in "$gw" "$name" || swan_eap_id "$gw" "$name" peer_auth 1 %any)
$(swan_files "$gw" "$name" ca cacerts crt)
$(swan_files "$gw" "$name" peer_key pubkeys pub)
            id = $(swan_id "$(gw_value "$gw" "$name" peer_id)")
        }
$(swan_second "$gw" "$name" local auth cert2 certs "$(gw_value "$gw" "$name" id2)" "$(swan_user "$gw" "$name")")
$(swan_v1 "$gw" "$name")
$(swan_second "$gw" "$name" remote peer_auth ca2 cacerts "$(gw_value "$gw" "$name" peer_id2)" %any)
        children {
$(swan_child "$gw" "$name" "$name" lan peer_lan)
$(swan_child2 "$gw" "$name")
        }
    }
CONF
}

# What only IKEv1 has, behind the first round of both sides.
swan_v1() {
    [ "$(gw_value "$1" "$2" version)" = 1 ] || return 0
    [ "$(gw_value "$1" "$2" aggressive)" = no ] || swan_set aggressive yes
    [ "$(gw_value "$1" "$2" mode_config)" = pull ] || swan_set pull no
    case $(gw_value "$1" "$2" xauth) in
    server) printf '        remote-xauth {\n            auth = xauth\n        }\n' ;;
    client) printf '        local-xauth {\n            auth = xauth\n            xauth_id = "%s"\n        }\n' "$(gw_value "$1" "$2" user)" ;;
    esac
}

# Whom a connection logs in as, in EAP's first answer.
swan_user() {
    local id
    id=$(gw_value "$1" "$2" eap_id)
    [ "$id" != default ] || id=$(gw_value "$1" "$2" user)
    printf '"%s"' "$(swan_text "$id")"
}
swan_text() { printf '%s' "${1//\\/\\\\}"; }
# The methods of a side's two rounds: swan_first GATEWAY CONNECTION KEY, swan_then GATEWAY CONNECTION KEY (nothing: there is one)
swan_first() { gw_value "$1" "$2" "$3" | cut -d, -f1; }
swan_then() { gw_value "$1" "$2" "$3" | cut -s -d, -f2; }
# swan_eap_id GATEWAY CONNECTION KEY ROUND VALUE: where that side logs in in this round
swan_eap_id() { case $(gw_value "$1" "$2" "$3" | cut -d, -f"$4") in eap*) printf '            eap_id = %s' "$5" ;; esac }
# The second round of a side: swan_second GATEWAY CONNECTION SIDE AUTH-KEY FILES-KEY FILES-SETTING ID EAP-ID
swan_second() {
    [ -n "$(swan_then "$1" "$2" "$4")" ] || return 0
    printf '        %s-2 {\n            auth = %s\n%s\n%s\n' "$3" "$(swan_then "$1" "$2" "$4")" "$(swan_eap_id "$1" "$2" "$4" 2 "$8")" \
        "$(swan_files "$1" "$2" "$5" "$6" crt)"
    [ -z "$7" ] || printf '            id = %s\n' "$(swan_id "$7")"
    printf '        }\n'
}
# Whether this side is the one that logs in, also where the login proves both.
swan_logs_in() { [[ $(swan_first "$1" "$2" auth) == eap* ]]; }
# A line of a setting that has a value: swan_set KEY VALUE
swan_set() { [ -z "$2" ] || printf '        %s = %s\n' "$1" "$2"; }

swan_write_pool() {
    printf '    %s {\n' "$2"
    swan_set addrs "$(gw_value "$1" "pool-$2" addresses)"
    swan_set dns "$(gw_value "$1" "pool-$2" dns)"
    swan_set subnet "$(gw_value "$1" "pool-$2" subnets)"
    printf '    }\n'
}

# A setting that lists files of LAB_PKI: swan_files GATEWAY CONNECTION KEY SETTING ENDING
swan_files() {
    local names
    names=$(gw_value "$1" "$2" "$3" | sed 's/:[^,]*//g')
    [ -z "$names" ] || printf '            %s = %s\n' "$4" "$(sed "s|[^,]*|$LAB_PKI/&.$5|g" <<<"$names")"
}

# Keys, and certificates of issuers on both ways, go where swanctl looks for them.
swan_give_pki() {
    local dir=$1/swanctl gw=$2 name file
    for name in ${GW_CONNS[$gw]}; do
        for file in $(gw_value "$gw" "$name" cert | tr , ' ') $(gw_value "$gw" "$name" cert2); do
            cp "$LAB_PKI/${file%%:*}.key" "$dir/private/"
            [ "$file" = "${file%%:*}" ] || cp "$LAB_PKI/${file#*:}.crt" "$dir/x509ca/"
        done
        for file in $(gw_value "$gw" "$name" ca | tr , ' ') $(gw_value "$gw" "$name" ca2 | tr , ' '); do
            cp "$LAB_PKI/$file.crt" "$dir/x509ca/"
            [ ! -e "$LAB_PKI/$file.crl" ] || cp "$LAB_PKI/$file.crl" "$dir/x509crl/"
        done
        file=$(gw_value "$gw" "$name" p12)
        [ -z "$file" ] || cp "$LAB_PKI/$file.p12" "$dir/pkcs12/"
        file=$(gw_value "$gw" "$name" key)
        [ -z "$file" ] || cp "$LAB_PKI/$file.key" "$dir/private/"
    done
}

# A child with the selectors of these two keys: swan_child GATEWAY CONNECTION CHILD KEY KEY
swan_child() {
    cat <<CONF
            $3 {
                local_ts = $(gw_value "$1" "$2" "$4")
                remote_ts = $(gw_value "$1" "$2" "$5")
                esp_proposals = $(gw_value "$1" "$2" esp)
                rekey_time = $(gw_value "$1" "$2" child_rekey)s
$(gw_value "$1" "$2" swan_child)
            }
CONF
}

swan_child2() {
    local lan=lan peer_lan=peer_lan
    [ -z "$(gw_value "$1" "$2" lan2)" ] || lan=lan2
    [ -z "$(gw_value "$1" "$2" peer_lan2)" ] || peer_lan=peer_lan2
    [ "$lan$peer_lan" = lanpeer_lan ] || swan_child "$1" "$2" "${2}2" "$lan" "$peer_lan"
}

swan_ppk() {
    local required=no
    [ "$(gw_value "$1" "$2" ppk_required)" = true ] && required=yes
    [ -z "$(gw_value "$1" "$2" ppk_id)" ] || printf '        ppk_id = %s\n        ppk_required = %s\n' "$(gw_value "$1" "$2" ppk_id)" $required
}

swan_write_secret() {
    [ -z "$(gw_value "$1" "$2" ppk_id)" ] || printf '    ppk-%s {\n        id = %s\n        secret = "%s"\n    }\n' \
        "$2" "$(gw_value "$1" "$2" ppk_id)" "$(gw_value "$1" "$2" ppk)"
    cat <<CONF
    ike-$2 {
        id-1 = $(swan_id "$(gw_value "$1" "$2" id)")
        id-2 = $(swan_id "$(gw_value "$1" "$2" peer_id)")
        secret = "$(gw_value "$1" "$2" psk)"
    }
CONF
    [ -z "$(gw_value "$1" "$2" p12)" ] || printf '    pkcs12-%s {\n        file = %s.p12\n        secret = "secret"\n    }\n' \
        "$2" "$(gw_value "$1" "$2" p12)"
    [ -z "$(gw_value "$1" "$2" user)" ] || cat <<CONF
    eap-$2 {
        id = "$(swan_text "$(gw_value "$1" "$2" user)")"
        secret = "$(gw_value "$1" "$2" password)"
    }
CONF
}

# The files of a daemon: swan_write GATEWAY FOLDER
swan_write() {
    local gw=$1 dir=$2 name folder
    for folder in x509 x509ca x509ocsp x509aa x509ac x509crl pubkey private rsa ecdsa pkcs8 pkcs12; do
        mkdir -p "$dir/swanctl/$folder"
    done
    swan_write_daemon "$dir"
    swan_give_pki "$dir" "$gw"
    {
        echo 'connections {'
        for name in ${GW_CONNS[$gw]}; do swan_write_connection "$gw" "$name"; done
        echo '}'
        echo 'pools {'
        for name in ${GW_POOLS[$gw]:-}; do swan_write_pool "$gw" "$name"; done
        echo '}'
        echo 'secrets {'
        for name in ${GW_CONNS[$gw]}; do swan_write_secret "$gw" "$name"; done
        echo '}'
    } >"$dir/swanctl/swanctl.conf"
}

swan_start() {
    local gw=$1 dir=$LAB_OUT/gw$1
    mkdir -p "$dir"
    rm -f "$dir/vici"
    swan_write "$gw" "$dir"
    lab_spawn "gw$gw" "$dir/stdout" env "STRONGSWAN_CONF=$dir/strongswan.conf" "SWANCTL_DIR=$dir/swanctl" \
        /usr/sbin/charon-systemd
    GW_PID[$gw]=$LAB_PID
    lab_wait 5 test -S "$dir/vici" || return 1
    swan_ctl "$gw" --load-all --noprompt >"$dir/load.log" 2>&1
}

# swan_ctl GATEWAY VERB ARGUMENTS...
swan_ctl() {
    local dir=$LAB_OUT/gw$1 verb=$2
    local gw=$1
    shift 2
    lab_in "gw$gw" env "STRONGSWAN_CONF=$dir/strongswan.conf" "SWANCTL_DIR=$dir/swanctl" \
        swanctl "$verb" --uri "unix://$dir/vici" "$@"
}

swan_initiate() { swan_ctl "$1" --initiate --child "$2" --timeout "${3:-15}" >"$LAB_OUT/gw$1/initiate.log" 2>&1; }
swan_rekey() { swan_ctl "$1" --rekey "--$3" "$2" >>"$LAB_OUT/gw$1/rekey.log" 2>&1; }
swan_terminate() { swan_ctl "$1" --terminate --ike "$2" --timeout 5 >"$LAB_OUT/gw$1/terminate.log" 2>&1; }
swan_children() { swan_ctl "$1" --list-sas | grep -c 'INSTALLED'; }
# Does the log of a strongSwan hold this text? swan_logged GATEWAY TEXT
swan_logged() { grep -qF -- "$2" "$LAB_OUT/gw$1/charon.log"; }
