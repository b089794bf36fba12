# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# What both kinds of gateway have in common: connections are declared once, and whichever engine runs on that side
# (strongSwan or Culvert) gets them in its own notation.
#
#   conn SIDE NAME key=value...
# keys: id peer_id         identities, as @fqdn, user@fqdn, an IPv4 address, keyid:TEXT, or swan:VALUE as swanctl.conf has it
#       peer               address of the peer, or any (the default)
#       local              own address of strongSwan; by default that of its outside port
#       lan peer_lan       selectors; by default the LAN of the gateway and of the other side
#       lan2 peer_lan2     of a second child, NAME2, where one of them is given (the other is as the first child's)
#       psk                pre-shared key
#       auth peer_auth     how each side proves itself: psk (the default), pubkey, eap-mschapv2, eap-tls; several with a comma between:
#                          one behind the other (RFC 4739)
#       id2 cert2 peer_id2 ca2   of the second round, where they are other ones; id3 cert3 peer_id3 ca3: of the third
#       cert               own certificates in LAB_PKI (pki.sh): names with a comma between; with what issued them behind a colon: gw:sub
#       p12                own certificate, key and intermediate CAs in one file of PKCS#12 there: a name; its passphrase is "secret"
#       ca                 authorities of the peer's certificate there: names with a comma between
#       key peer_key       own key and the peer's, shown without a certificate: a name there
#       token pin          URI of the own key in a token, and the PIN (Culvert only); see lab_token.sh
#       token_cert         URI of the own certificate in a token, or no (Culvert only)
#       chain              what issued it, there: a name, or nothing (Culvert only)
#       rsa_pss            how an RSA key signs: auto, always or never (Culvert only; strongSwan: SWAN_PSS=yes)
#       user password      whom this side logs in as; of a peer that logs in: whom strongSwan lets in
#       eap_id             the answer to EAP's first question, by default the user
#       ppk_id ppk         name and bytes of a post-quantum preshared key, empty for none; ppk_required: true or false
#       eap_only           true: a login that proves both sides is enough
#       ike esp            proposals, comma-separated, in strongSwan's notation; default: none is written
#       child_rekey ike_rekey   seconds, 0 for never
#       child_bytes child_pkts  how much passes before a child is replaced, 0 for no limit (Culvert only)
#       child_life_pkts    packets before it dies (Culvert only)
#       weak               true: its proposals may name 3des and modp1024 (Culvert only)
#       encap              auto (default), force or never
#       frag               before (default) or after: where large packets are cut (Culvert only)
#       dpd                idle seconds before the peer is asked for a sign of life (Culvert only)
#       retransmit         milliseconds before a request is sent again for the first time (Culvert only)
#       priority           among the connections to the same networks, 0 for alone (Culvert only)
#       version            of IKE: 2 (the default) or 1; of that: aggressive (no, yes, with-psk), mode_config (pull, push), and
#       xauth              no, server (the peer logs in as user with password) or client (this side does)
#       vips               inner addresses to ask the peer for, comma-separated: 0.0.0.0 and :: for any
#       pools              names of pools that the peer gets its addresses from, comma-separated; see gw_pool
#       groups             of RADIUS, comma-separated: the peer is in one of them (Culvert only)
#       mobike             no (default) or yes (strongSwan only; Culvert has it)
#       start              true: the gateway calls its peer by itself; or "trap" with its quotes (Culvert only)
#       more peer_more child_more child2_more   further members of a connection, its peer's side, its child settings, and of its
#                          second child alone, each behind a comma (Culvert only)
#       swan swan_child    further lines of a connection, and of its child (strongSwan only); libreswan: of a connection there

declare -A GW_ENGINE=([a]=swan [a2]=swan [a3]=swan [b]=${LAB_ENGINE_B:-culvert})
declare -A GW_CONNS=()     # gateway -> names
declare -A GW_VALUE=()     # gateway/name/key -> value
declare -A GW_PID=()       # gateway -> pid of its engine
LAB_PSK=lab-secret-of-32-characters-0001
LAB_PKI=${LAB_OUT:-}/pki    # certificates and keys, where a scenario makes some: NAME.crt, NAME.key, NAME.crl, NAME.pub

conn() {
    local gw=$1 name=$2 arg other=b
    shift 2
    [ "${gw:0:1}" = b ] && other=a
    GW_CONNS[$gw]="${GW_CONNS[$gw]:-} $name"
    local defaults=(peer=any "local=${NET_WAN[$gw]}" "lan=${NET_LAN[$gw]}.0/24" "peer_lan=${NET_LAN[$other]}.0/24" "psk=$LAB_PSK"
        ike=aes128gcm16-prfsha256-x25519 esp=aes128gcm16 child_rekey=0 child_bytes=0 child_pkts=0 child_life_pkts=0 ike_rekey=0
        vips= pools= groups= more= peer_more= child_more= child2_more= swan= swan_child= libreswan=
        lan2= peer_lan2= auth=psk peer_auth=psk cert= ca= key= peer_key= token= rsa_pss=auto pin= token_cert=no chain= user= password= eap_id=default eap_only=false ppk_id= ppk= ppk_required=false encap=auto frag=before priority=0 weak=false mobike=no start=false dpd=30 retransmit=500
        version=2 aggressive=no xauth=no mode_config=pull id= peer_id= id2= cert2= peer_id2= ca2= id3= cert3= peer_id3= ca3= p12=)
    for arg in "${defaults[@]}" "$@"; do
        GW_VALUE[$gw/$name/${arg%%=*}]=${arg#*=}
    done
}

# The usual pair: strongSwan on side a with the connection "net", the gateway of side b with the connection "foo".
#   gw_pair [a.key=value | b.key=value | key=value]...
gw_pair() {
    local arg both=() a=() b=()
    for arg in "$@"; do
        case $arg in
        a.*) a+=("${arg#a.}") ;;
        b.*) b+=("${arg#b.}") ;;
        *) both+=("$arg") ;;
        esac
    done
    conn a net id=@foo peer_id=@gw "peer=$NET_PUBLIC_b" "${both[@]+"${both[@]}"}" "${a[@]+"${a[@]}"}"
    conn b foo id=@gw peer_id=@foo "${both[@]+"${both[@]}"}" "${b[@]+"${b[@]}"}"
}

# A pool of inner addresses: gw_pool GATEWAY NAME addresses=... dns=... subnets=... (comma-separated, dns and subnets optional)
declare -A GW_POOLS=()     # gateway -> names
gw_pool() {
    local gw=$1 name=$2 arg
    shift 2
    GW_POOLS[$gw]="${GW_POOLS[$gw]:-} $name"
    for arg in dns= subnets= "$@"; do GW_VALUE[$gw/pool-$name/${arg%%=*}]=${arg#*=}; done
}

gw_start() { "${GW_ENGINE[$1]}_start" "$1" || lab_fail "the gateway of side $1 did not start"; }
# Longer than the twelve seconds that a Culvert gives its peers to answer its goodbye.
gw_stop() { lab_end "${GW_PID[$1]}" 15; }
# As a crash ends it: nothing is said to anybody, and it is gone when this returns, with all of its threads.
gw_kill() {
    kill -KILL "${GW_PID[$1]}"
    lab_end "${GW_PID[$1]}"
}
# gw_initiate GATEWAY CONNECTION: returns 0 when the tunnel is up
gw_initiate() { "${GW_ENGINE[$1]}_initiate" "$1" "$2"; }
# gw_rekey GATEWAY CONNECTION ike|child
gw_rekey() { "${GW_ENGINE[$1]}_rekey" "$1" "$2" "$3"; }
gw_terminate() { "${GW_ENGINE[$1]}_terminate" "$1" "$2"; }
# Number of installed child SAs of a gateway.
gw_children() { "${GW_ENGINE[$1]}_children" "$1"; }

# Stops every Culvert of the lab: it must end with 0, sanitizers must have found nothing, and its filter must have refused nothing.
gw_check_ends() {
    local gw bad=0
    for gw in "${!GW_PID[@]}"; do
        [ "${GW_ENGINE[$gw]}" = culvert ] || continue
        if lab_alive "${GW_PID[$gw]}"; then
            gw_stop "$gw"
            if [ "$LAB_STATUS" != 0 ]; then
                lab_say "culvertd ended with $LAB_STATUS: $(tail -n 3 "$LAB_OUT/gw$gw/culvertd.log")"
                bad=1
            fi
        fi
        if grep -h -m 3 -E "$DAEMON_FAULT" "$LAB_OUT/gw$gw"/culvertd*.log; then bad=1; fi
    done
    return "$bad"
}
