# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# The packages of Debian 12 and 13 that Culvert needs, by purpose, and the one function that installs the missing ones.

PACKAGES_BUILD="build-essential meson ninja-build pkg-config dpdk-dev libdpdk-dev libipsec-mb-dev libssl-dev
    libjansson-dev libmnl-dev libseccomp-dev libcmocka-dev python3"
PACKAGES_LAB="charon-systemd strongswan-swanctl libcharon-extra-plugins libcharon-extauth-plugins libstrongswan-standard-plugins
    libstrongswan-extra-plugins nftables conntrack iproute2 iputils-ping ethtool iperf3 tcpdump procps freeradius xl2tpd"
# Keys in hardware, and OpenSSL's way to them: a provider, and on Debian 12, which has none, an engine.
PACKAGES_TOKEN="softhsm2 gnutls-bin pkcs11-provider"
[ "$(. /etc/os-release && echo "${VERSION_ID:-}")" != 12 ] || PACKAGES_TOKEN="softhsm2 gnutls-bin libengine-pkcs11-openssl"
PACKAGES_SUITES="$PACKAGES_TOKEN eapoltest python3-scapy python3-cryptography python3-jsonschema qemu-user groff-base mandoc systemd mold gnuplot-nox"
PACKAGES_TEST="clang clang-format llvm libclang-rt-dev $PACKAGES_SUITES lua5.3 git
    openssh-server openssh-client debootstrap debian-archive-keyring"

# Guests of the lab: a kernel and the machine that it runs on (guest.sh), and other daemons of IKE, which conflict with strongSwan's packages.
# All are unpacked beside what is installed, with what they link (names of Debian 12, and those of 13 that differ).
PACKAGES_PEERS="linux-image-amd64 qemu-system-x86 qemu-system-data seabios busybox-static libreswan openiked"
PACKAGES_PEERS_FOLDER=${CULVERT_PEERS:-/var/cache/culvert-guests}
PACKAGES_PEERS_LIBS="libnss3 libnss3-tools libnspr4 libldns3 libldns3t64 libunbound8 libevent-2.1-7 libevent-2.1-7t64
    libevent-core-2.1-7 libevent-core-2.1-7t64 libevent-pthreads-2.1-7 libevent-pthreads-2.1-7t64 libcurl3-nss
    libcurl4t64 libldap-2.5-0 libldap2 libcap-ng0 libsasl2-2 libssh2-1 libssh2-1t64 librtmp1"

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

# Those packages as files in this folder: of the first the one that it stands for, and what the emulator lacks on this machine.
packages_download() {
    local kernel emulator libs
    # shellcheck disable=SC2086
    libs=$(apt-cache policy $PACKAGES_PEERS_LIBS 2>/dev/null |
        awk '/^[^ ]/ { name = substr($1, 1, length($1) - 1) } $1 == "Candidate:" && $2 != "(none)" { print name }')
    kernel=$(apt-cache depends linux-image-amd64 | awk '$1 == "Depends:" { print $2; exit }')
    emulator=$(apt-get install -s -q --no-install-recommends qemu-system-x86 | awk '$1 == "Inst" { print $2 }')
    # shellcheck disable=SC2086
    [ -n "$kernel" ] && apt-get download -q $kernel ${PACKAGES_PEERS#* } $emulator $libs
}

# Unpacks PACKAGES_PEERS into FOLDER, once, and makes the guest there: files is the merged tree, guest is guest.sh's, and done the
# guest.sh that made it. Without network this succeeds when they are there: packages_unpack FOLDER
packages_unpack() {
    local folder=$1 name lib
    lib=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
    cmp -s "$lib/guest.sh" "$folder/done" && return 0
    [ "$(id -u)" = 0 ] || return 1
    mkdir -p "$folder" || return 1
    (
        flock 9
        cmp -s "$lib/guest.sh" "$folder/done" && exit 0
        rm -rf "$folder/files" "$folder/deb" "$folder/kernel"
        mkdir -p "$folder/deb" "$folder/files" "$folder/kernel"
        chmod 777 "$folder/deb"
        cd "$folder/deb" || exit 1
        packages_download || { apt-get update -q && packages_download; } || exit 1
        dpkg -x linux-image-*.deb "$folder/kernel" && rm linux-image-*.deb || exit 1
        for name in *.deb; do dpkg -x "$name" "$folder/files" || exit 1; done
        # Debian's / has links in the place of these, which folders of an overlay would hide.
        for name in lib lib64 bin sbin; do
            [ ! -d "$folder/files/$name" ] || { mkdir -p "$folder/files/usr/$name" && cp -a "$folder/files/$name/." "$folder/files/usr/$name/" &&
                rm -rf "${folder:?}/files/$name"; } || exit 1
        done
        "$lib/guest.sh" make "$folder" 9>&- && rm -rf "$folder/deb" "$folder/kernel" && cp "$lib/guest.sh" "$folder/done"
    ) 9>"$folder/lock"
}
