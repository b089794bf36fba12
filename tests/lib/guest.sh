#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A guest: Debian's kernel, with real ESP, L2TP and PPP, on the CPU that qemu emulates, so that it needs nothing of this machine's.
#   guest.sh make FOLDER        Boots one, once, and keeps its memory in FOLDER/guest/state, where each guest goes on from in a second.
#                               FOLDER/files has qemu and busybox, FOLDER/kernel a kernel's package; the latter is not needed again.
#   guest.sh run FOLDER SHARE   A guest, with the taps guest-wan and guest-lan of this namespace as wan and lan, the machine's files as
#                            It waits for the time as a line of standard input, and
#                               runs SHARE/init as its first process then. Standard output is its console. It ends with this process.
set -eu

# What IKE daemons, L2TP and PPP want of the kernel. It loads none later: where it lacks an algorithm it would ask again and again.
modules="virtio_pci virtio_net 9p 9pnet_virtio overlay xfrm_user esp4 esp6 af_key tun l2tp_ppp ppp_async ansi_cprng seqiv echainiv
    aes_generic aesni-intel ghash-generic ctr gcm ccm cbc hmac cmac sha1_generic sha256_generic sha512_generic authenc authencesn chacha20poly1305 des_generic"

# All offloads off: its stack makes and verifies each checksum.
nic="romfile=,csum=off,gso=off,mrg_rxbuf=off"
for feature in csum tso4 tso6 ecn ufo; do nic+=",guest_$feature=off"; done
for feature in tso4 tso6 ecn ufo; do nic+=",host_$feature=off"; done

verb=$1 folder=$2 guest=$2/guest files=$2/files
# Memory is of one machine, so both have these arguments. A vmgenid tells the kernel to draw new randomness when it goes on.
# shellcheck disable=SC2054 # commas are qemu's
machine=("$files/usr/bin/qemu-system-x86_64" -L "$files/usr/share/qemu" -L "$files/usr/share/seabios" -machine q35 -accel tcg -cpu max -smp 1 -m 192
    -nodefaults -display none -no-reboot -kernel "$guest/vmlinuz" -initrd "$guest/initrd" -device vmgenid,guid=auto
    -append "console=ttyS0 quiet panic=-1 mitigations=off random.trust_cpu=on cryptomgr.notests=1"
    -virtfs "local,path=/,mount_tag=root,security_model=none,readonly=on,multidevs=remap"
    -virtfs "local,path=$files,mount_tag=packages,security_model=none,readonly=on"
    -device "virtio-net-pci,netdev=wan,$nic" -device "virtio-net-pci,netdev=lan,$nic")
share=",mount_tag=share,security_model=none"
export LD_LIBRARY_PATH=$files/usr/lib/x86_64-linux-gnu

# A module into the first file system, behind what it depends on: take NAME (built in, or none: nothing)
declare -A module_file=() taken=()
take() {
    local path=${module_file[${1//-/_}]:-} name need
    [ -n "$path" ] && [ -z "${taken[$path]:-}" ] || return 0
    taken[$path]=1
    name=${path##*/} name=${name%%.*}
    case $path in
    *.xz) xz -dc "$path" ;;
    *) cat "$path" ;;
    esac >"$guest/root/modules/$name"
    for need in $(tr '\0' '\n' <"$guest/root/modules/$name" | sed -n 's/^depends=//p' | tr , ' '); do take "$need"; done
    echo "$name" >>"$guest/root/modules/order"
}

make_initrd() {
    local path name
    rm -rf "$guest"
    mkdir -p "$guest/root/bin" "$guest/root/modules" "$guest/share"
    cp "$folder"/kernel/boot/vmlinuz-* "$guest/vmlinuz"
    cp "$files/usr/bin/busybox" "$guest/root/bin/"
    while read -r path; do
        name=${path##*/} name=${name%%.*}
        module_file[${name//-/_}]=$path
    done < <(find "$folder/kernel/lib/modules" -name '*.ko*')
    for name in $modules; do take "$name"; done
    cat >"$guest/root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mkdir -p /proc /sys /dev /share
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r name; do insmod "/modules/$name"; done </modules/order
echo >/proc/sys/kernel/modprobe
rm -r /modules
stty -echo
echo frozen
until [ "${word:-}" = now ]; do read -r word now; done
date -s "@$now"
mount -t 9p -o trans=virtio,version=9p2000.L,cache=none,msize=262144 share /share && exec sh /share/init
INIT
    chmod 755 "$guest/root/init"
    (cd "$guest/root" && find . | "$files/usr/bin/busybox" cpio -o -H newc) >"$guest/initrd"
}

make() {
    local pid i
    make_initrd
    mkfifo "$guest/monitor"
    exec 5<>"$guest/monitor"
    "${machine[@]}" -virtfs "local,path=$guest/share$share" -netdev hubport,id=wan,hubid=0 -netdev hubport,id=lan,hubid=1 \
        -serial "file:$guest/console" -monitor stdio <&5 >"$guest/log" 2>&1 &
    pid=$!
    # shellcheck disable=SC2064
    trap "kill -KILL $pid 2>/dev/null" EXIT
    for ((i = 0; i < 1200; i++)); do
        grep -q frozen "$guest/console" 2>/dev/null && break
        kill -0 "$pid" || break
        sleep 0.1
    done
    printf 'migrate "exec:cat >%s"\nquit\n' "$guest/memory" >&5
    wait "$pid" || true
    trap - EXIT
    rm -rf "$guest/root" "$guest/monitor"
    grep -q frozen "$guest/console" && [ -s "$guest/memory" ] && mv "$guest/memory" "$guest/state" && return
    tail -n 5 "$guest/console" "$guest/log" >&2
    return 1
}

case $verb in
make) make ;;
run)
    exec "${machine[@]}" -virtfs "local,path=$3$share" -netdev tap,id=wan,ifname=guest-wan,script=no,downscript=no,vnet_hdr=off \
        -netdev tap,id=lan,ifname=guest-lan,script=no,downscript=no,vnet_hdr=off -serial stdio -monitor none \
        -incoming "exec:cat $guest/state"
    ;;
esac
