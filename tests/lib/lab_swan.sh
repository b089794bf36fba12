# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# strongSwan as a gateway: charon-systemd (no pid file, needs no systemd) with its userland ESP, one per namespace.
# kernel-libipsec stands before kernel-netlink, since the first plugin that offers ESP is the one that is used; it always
# encapsulates in UDP, knows tunnel mode only and no ESN.

SWAN_PLUGINS="random nonce openssl pem aes sha1 sha2 hmac md5 kdf gcm ccm gmp curve25519 kernel-libipsec kernel-netlink"
SWAN_PLUGINS+=" socket-default vici counters eap-identity eap-mschapv2 eap-tls x509 revocation pubkey pkcs1 pkcs8 pkcs12 sshkey constraints xauth-generic"

# An identity in swanctl's notation; behind "swan:" it is one already: swan_id KEY IDENTITY
swan_id() {
    local i id=${2#keyid:} hex=""
    case $2 in
    swan:*) swan_line "$1" "${2#swan:}" ;;
    keyid:*)
        for ((i = 0; i < ${#id}; i++)); do printf -v hex '%s%02x' "$hex" "'${id:i:1}"; done
        swan_line "$1" "\"@#$hex\""
        ;;
    *) swan_line "$1" "\"$2\"" ;;
    esac
}
# swan_line KEY VALUE
swan_line() { printf '            %s = %s\n' "$1" "$2"; }

swan_write_daemon() {
    local text
    lab_text text <<CONF
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
    printf '%s' "$text" >"$1/strongswan.conf"
}

swan_write_connection() {
    local gw=$1 name=$2 at=$1/$2 peer=${GW_VALUE[$1/$2/peer]} encap=no user
    [ "$peer" = any ] && peer=%any
    [ "${GW_VALUE[$at/encap]}" = force ] && encap=yes
    swan_user user "$at"
    printf '%s\n' "    $name {
        version = ${GW_VALUE[$at/version]}
        mobike = ${GW_VALUE[$at/mobike]}
        local_addrs = ${GW_VALUE[$at/local]}
        remote_addrs = $peer
        proposals = ${GW_VALUE[$at/ike]}
        rekey_time = ${GW_VALUE[$at/ike_rekey]}s
        encap = $encap
${GW_VALUE[$at/swan]}"
    swan_ppk "$gw" "$name"
    swan_set vips "${GW_VALUE[$at/vips]}"
    swan_set pools "${GW_VALUE[$at/pools]}"
    printf '        local {\n'
    swan_line auth "${GW_VALUE[$at/auth]%%,*}"
    swan_eap_id "${GW_VALUE[$at/auth]%%,*}" "$user"
    swan_files "${GW_VALUE[$at/cert]}" certs crt
    swan_files "${GW_VALUE[$at/key]}" pubkeys pub
    swan_id id "${GW_VALUE[$at/id]}"
    printf '        }\n        remote {\n'
    swan_line auth "${GW_VALUE[$at/peer_auth]%%,*}"
    [[ ${GW_VALUE[$at/auth]} == eap* ]] || swan_eap_id "${GW_VALUE[$at/peer_auth]%%,*}" %any # where this side logs in, the login may prove both
    swan_files "${GW_VALUE[$at/ca]}" cacerts crt
    swan_files "${GW_VALUE[$at/peer_key]}" pubkeys pub
    swan_id id "${GW_VALUE[$at/peer_id]}"
    printf '        }\n'
    swan_round "$at" 2 local certs "$user"
    swan_round "$at" 3 local certs "$user"
    swan_v1 "$gw" "$name"
    swan_round "$at" 2 remote cacerts %any
    swan_round "$at" 3 remote cacerts %any
    printf '        children {\n'
    swan_child "$gw" "$name" "$name" lan peer_lan
    swan_child2 "$gw" "$name"
    printf '        }\n    }\n'
}

# What only IKEv1 has, behind the first round of both sides.
swan_v1() {
    [ "${GW_VALUE[$1/$2/version]}" = 1 ] || return 0
    [ "${GW_VALUE[$1/$2/aggressive]}" = no ] || swan_set aggressive yes
    [ "${GW_VALUE[$1/$2/mode_config]}" = pull ] || swan_set pull no
    case ${GW_VALUE[$1/$2/xauth]} in
    server) printf '        remote-xauth {\n            auth = xauth\n        }\n' ;;
    client) printf '        local-xauth {\n            auth = xauth\n            xauth_id = "%s"\n        }\n' "${GW_VALUE[$1/$2/user]}" ;;
    esac
}

# Whom a connection logs in as, in EAP's first answer: swan_user VARIABLE GATEWAY/CONNECTION
swan_user() {
    local id=${GW_VALUE[$2/eap_id]}
    [ "$id" != default ] || id=${GW_VALUE[$2/user]}
    printf -v "$1" '"%s"' "${id//\\/\\\\}"
}
# Where a side logs in in a round: swan_eap_id METHOD VALUE
swan_eap_id() { [[ $1 != eap* ]] || swan_line eap_id "$2"; }
# A further round of a side that has as many methods: swan_round GATEWAY/CONNECTION ROUND SIDE FILES-SETTING EAP-ID
swan_round() {
    local prefix="" files=cert methods id
    [ "$3" = local ] || prefix=peer_ files=ca
    IFS=, read -ra methods <<<"${GW_VALUE[$1/${prefix}auth]}"
    [ ${#methods[@]} -ge "$2" ] || return 0
    id=${GW_VALUE[$1/${prefix}id$2]}
    printf '        %s-%s {\n' "$3" "$2"
    swan_line auth "${methods[$2 - 1]}"
    swan_eap_id "${methods[$2 - 1]}" "$5"
    swan_files "${GW_VALUE[$1/$files$2]}" "$4" crt
    [ -z "$id" ] || swan_id id "$id"
    printf '        }\n'
}
# A line of a setting that has a value: swan_set KEY VALUE
swan_set() { [ -z "$2" ] || printf '        %s = %s\n' "$1" "$2"; }

swan_write_pool() {
    printf '    %s {\n' "$2"
    swan_set addrs "${GW_VALUE[$1/pool-$2/addresses]}"
    swan_set dns "${GW_VALUE[$1/pool-$2/dns]}"
    swan_set subnet "${GW_VALUE[$1/pool-$2/subnets]}"
    printf '    }\n'
}

# A setting that lists files of LAB_PKI: swan_files NAMES SETTING ENDING; of NAME:ISSUER, NAME
swan_files() {
    local name files=""
    [ -n "$1" ] || return 0
    for name in ${1//,/ }; do files+="${files:+,}$LAB_PKI/${name%%:*}.$3"; done
    swan_line "$2" "$files"
}

# Keys, and certificates of issuers on both ways, go where swanctl looks for them.
swan_give_pki() {
    local dir=$1/swanctl gw=$2 name file
    for name in ${GW_CONNS[$gw]}; do
        for file in ${GW_VALUE[$gw/$name/cert]//,/ } ${GW_VALUE[$gw/$name/cert2]} ${GW_VALUE[$gw/$name/cert3]}; do
            cp "$LAB_PKI/${file%%:*}.key" "$dir/private/"
            [ "$file" = "${file%%:*}" ] || cp "$LAB_PKI/${file#*:}.crt" "$dir/x509ca/"
        done
        for file in ${GW_VALUE[$gw/$name/ca]//,/ } ${GW_VALUE[$gw/$name/ca2]//,/ } ${GW_VALUE[$gw/$name/ca3]//,/ }; do
            cp "$LAB_PKI/$file.crt" "$dir/x509ca/"
            [ ! -e "$LAB_PKI/$file.crl" ] || cp "$LAB_PKI/$file.crl" "$dir/x509crl/"
        done
        file=${GW_VALUE[$gw/$name/p12]}
        [ -z "$file" ] || cp "$LAB_PKI/$file.p12" "$dir/pkcs12/"
        file=${GW_VALUE[$gw/$name/key]}
        [ -z "$file" ] || cp "$LAB_PKI/$file.key" "$dir/private/"
    done
}

# A child with the selectors of these two keys: swan_child GATEWAY CONNECTION CHILD KEY KEY
swan_child() {
    local at=$1/$2
    printf '%s\n' "            $3 {
                local_ts = ${GW_VALUE[$at/$4]}
                remote_ts = ${GW_VALUE[$at/$5]}
                esp_proposals = ${GW_VALUE[$at/esp]}
                rekey_time = ${GW_VALUE[$at/child_rekey]}s
${GW_VALUE[$at/swan_child]}
            }"
}

swan_child2() {
    local lan=lan peer_lan=peer_lan
    [ -z "${GW_VALUE[$1/$2/lan2]}" ] || lan=lan2
    [ -z "${GW_VALUE[$1/$2/peer_lan2]}" ] || peer_lan=peer_lan2
    [ "$lan$peer_lan" = lanpeer_lan ] || swan_child "$1" "$2" "${2}2" "$lan" "$peer_lan"
}

swan_ppk() {
    local required=no
    [ "${GW_VALUE[$1/$2/ppk_required]}" = true ] && required=yes
    [ -z "${GW_VALUE[$1/$2/ppk_id]}" ] || printf '        ppk_id = %s\n        ppk_required = %s\n' "${GW_VALUE[$1/$2/ppk_id]}" $required
}

swan_write_secret() {
    local at=$1/$2 user=${GW_VALUE[$1/$2/user]}
    [ -z "${GW_VALUE[$at/ppk_id]}" ] || printf '    ppk-%s {\n        id = %s\n        secret = "%s"\n    }\n' \
        "$2" "${GW_VALUE[$at/ppk_id]}" "${GW_VALUE[$at/ppk]}"
    printf '    ike-%s {\n' "$2"
    swan_id id-1 "${GW_VALUE[$at/id]}"
    swan_id id-2 "${GW_VALUE[$at/peer_id]}"
    printf '            secret = "%s"\n    }\n' "${GW_VALUE[$at/psk]}"
    [ -z "${GW_VALUE[$at/p12]}" ] || printf '    pkcs12-%s {\n        file = %s.p12\n        secret = "secret"\n    }\n' \
        "$2" "${GW_VALUE[$at/p12]}"
    [ -z "$user" ] || printf '    eap-%s {\n        id = "%s"\n        secret = "%s"\n    }\n' "$2" "${user//\\/\\\\}" "${GW_VALUE[$at/password]}"
}

# The files of a daemon: swan_write GATEWAY FOLDER
swan_write() {
    local gw=$1 dir=$2 name
    mkdir -p "$dir"/swanctl/{x509,x509ca,x509ocsp,x509aa,x509ac,x509crl,pubkey,private,rsa,ecdsa,pkcs8,pkcs12}
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
    [ ! -e "$dir/vici" ] || rm -f "$dir/vici"
    swan_write "$gw" "$dir"
    STRONGSWAN_CONF=$dir/strongswan.conf SWANCTL_DIR=$dir/swanctl lab_spawn "gw$gw" "$dir/stdout" /usr/sbin/charon-systemd
    GW_PID[$gw]=$LAB_PID
    lab_wait 5 test -S "$dir/vici" || return 1
    swan_ctl "$gw" --load-all --noprompt >"$dir/load.log" 2>&1
}

# It asks the daemon by a socket of the file system, from whatever namespace: swan_ctl GATEWAY VERB ARGUMENTS...
swan_ctl() {
    local dir=$LAB_OUT/gw$1 verb=$2
    shift 2
    STRONGSWAN_CONF=$dir/strongswan.conf SWANCTL_DIR=$dir/swanctl swanctl "$verb" --uri "unix://$dir/vici" "$@"
}

swan_initiate() { swan_ctl "$1" --initiate --child "$2" --timeout "${3:-15}" >"$LAB_OUT/gw$1/initiate.log" 2>&1; }
swan_rekey() { swan_ctl "$1" --rekey "--$3" "$2" >>"$LAB_OUT/gw$1/rekey.log" 2>&1; }
swan_terminate() { swan_ctl "$1" --terminate --ike "$2" --timeout 5 >"$LAB_OUT/gw$1/terminate.log" 2>&1; }
swan_children() { swan_ctl "$1" --list-sas | grep -c 'INSTALLED'; }
# Does the log of a strongSwan hold this text? swan_logged GATEWAY TEXT
swan_logged() { grep -qF -- "$2" "$LAB_OUT/gw$1/charon.log"; }
