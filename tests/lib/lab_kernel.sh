# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# strongSwan as a gateway in a guest (lab_guest.sh), with that kernel's ESP: transport mode, ESN and plain ESP, which its userland ESP has
# not. GW_ENGINE[a]=kernel in front of lab_up; connections are those of lab_swan.sh.

kernel_start() {
    local gw=$1 dir=$LAB_OUT/gw$1 SWAN_PLUGINS=${SWAN_PLUGINS/kernel-libipsec /} SWAN_SOCKET=/run/vici
    guest_start "$gw" || return 1
    swan_write "$gw" "$dir"
    guest_run "$gw" "$(kernel_env "$dir") /usr/sbin/charon-systemd >'$dir/stdout' 2>&1 &
        for i in {1..400}; do [ ! -S /run/vici ] || break; sleep 0.1; done" 60 && kernel_ctl "$gw" --load-all --noprompt >"$dir/load.log"
}

kernel_env() { printf "STRONGSWAN_CONF='%s/strongswan.conf' SWANCTL_DIR='%s/swanctl'" "$1" "$1"; }
# kernel_ctl GATEWAY VERB ARGUMENTS...
kernel_ctl() {
    local gw=$1 verb=$2
    shift 2
    guest_run "$gw" "$(kernel_env "$LAB_OUT/gw$gw") swanctl $verb --uri unix:///run/vici $*" 60
}

kernel_initiate() { kernel_ctl "$1" --initiate --child "$2" --timeout 30 >"$LAB_OUT/gw$1/initiate.log"; }
kernel_rekey() { kernel_ctl "$1" --rekey "--$3" "$2" >>"$LAB_OUT/gw$1/rekey.log"; }
kernel_terminate() { kernel_ctl "$1" --terminate --ike "$2" --timeout 5 >"$LAB_OUT/gw$1/terminate.log"; }
kernel_children() { kernel_ctl "$1" --list-sas | grep -c INSTALLED; }
