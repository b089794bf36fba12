# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# The packages of Debian 12 and 13 that Culvert needs, by purpose, and the one function that installs the missing ones.

PACKAGES_BUILD="build-essential meson ninja-build pkg-config dpdk-dev libdpdk-dev libipsec-mb-dev libssl-dev
    libjansson-dev libmnl-dev libcmocka-dev python3"
PACKAGES_LAB="charon-systemd strongswan-swanctl libcharon-extra-plugins libstrongswan-standard-plugins
    libstrongswan-extra-plugins nftables conntrack iproute2 iputils-ping ethtool iperf3 tcpdump procps"
PACKAGES_SUITES="python3-scapy python3-cryptography python3-jsonschema qemu-user groff-base mandoc systemd"
PACKAGES_TEST="clang clang-format llvm libclang-rt-dev $PACKAGES_SUITES lua5.3 git
    openssh-server openssh-client debootstrap debian-archive-keyring"

packages_missing() {
    local name
    for name in "$@"; do
        dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || printf '%s ' "$name"
    done
}

# Installs what is missing of the named packages; without network this succeeds when nothing is missing.
packages_install() {
    local missing
    missing=$(packages_missing "$@")
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" != 0 ]; then
        printf 'packages are missing and only root can install them: %s\n' "$missing" >&2
        return 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q || return 1
    # Packages of daemons would start them on this machine; the lab runs its own, in namespaces.
    local policy=/usr/sbin/policy-rc.d made=0 status
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" && made=1
    fi
    # shellcheck disable=SC2086
    apt-get install -q -y --no-install-recommends $missing
    status=$?
    [ "$made" = 1 ] && rm -f "$policy"
    return "$status"
}
