#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The installed unit under the systemd of a Debian root: service.sh ROOT, after `meson install` in there. systemd runs as the first
# process of namespaces and of a control group of its own, with culvertd.service and no other: started on an interface by its name,
# reloaded, refused, killed by the watchdog when it stands still, stopped. Prints "service: N passed, N failed"; ends with 77 where the machine does not allow it.
set -u
root=$(cd "$1" && pwd) || exit 2
out=$root/service-test
group=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)/culvert-$$
mkdir "$group" 2>/dev/null || { echo "skip: no control group of version 2 can be made" && exit 77; }
clean() {
    find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null
    rm -rf "$out" "$root"/etc/systemd/system/{culvert-test.target,culvert-test.service,culvertd.service.d} "$root/etc/culvert/culvert.json"
}
trap clean EXIT
rm -rf "$out" && mkdir -p "$out" "$root/etc/culvert" "$root/etc/systemd/system/culvertd.service.d"

cat >"$root/etc/culvert/culvert.json" <<'JSON'
{ "ports": { "outside": { "device": "cvtest0", "addresses": ["172.31.0.10/24"], "gateway": "172.31.0.1" } },
  "eal": { "hugepages": "never", "memory_mb": 128 },
  "secrets": [ { "local": "@gw", "remote": "@branch", "psk_file": "../../service-test/branch.psk" } ],
  "connections": { "branch": { "local": { "id": "@gw", "subnets": ["172.31.0.0/24"] },
                               "remote": { "id": "@branch", "subnets": ["10.104.0.0/24"] }, "dpd_s": 30 } } }
JSON
(umask 077 && echo "only a test of the service" >"$out/branch.psk")
# Of the machine's own services there is none here to wait for, and nobody wants to wait for half a minute.
cat >"$root/etc/systemd/system/culvertd.service.d/test.conf" <<'UNIT'
[Unit]
DefaultDependencies=no
Wants=
After=
[Service]
WatchdogSec=4
StandardOutput=append:/service-test/culvertd.log
StandardError=append:/service-test/culvertd.log
UNIT
printf '[Unit]\nRequires=culvert-test.service\n' >"$root/etc/systemd/system/culvert-test.target"
cat >"$root/etc/systemd/system/culvert-test.service" <<'UNIT'
[Unit]
DefaultDependencies=no
[Service]
Type=oneshot
TimeoutStartSec=100
StandardOutput=append:/service-test/log
StandardError=append:/service-test/log
ExecStart=/bin/bash /service-test/checks.sh
ExecStopPost=/bin/systemctl --no-block --force exit
UNIT

cat >"$out/checks.sh" <<'CHECKS'
file=/etc/culvert/culvert.json passed=0 failed=0
check() {
    local what=$1 said
    shift
    if said=$("$@" 2>&1); then
        passed=$((passed + 1))
        echo "ok     $what"
    else
        failed=$((failed + 1))
        printf 'FAILED %s\n%s\n' "$what" "$said"
    fi
}
shows() { systemctl show culvertd -p "$1" --value | grep -E "$2"; }
# Whether the kernel has the address of the interface, which culvertd takes while it runs.
kernel_has() { ip -4 -o addr show dev cvtest0 | grep -qF 172.31.0.10/24; }
kernel_lacks() { ! kernel_has; }
is_refused() { ! timeout 20 systemctl reload culvertd 2>/dev/null; }
check "systemctl start" timeout 40 systemctl start culvertd
check "it counts as started when the control socket answers" culvertctl status
check "it took the interface from the kernel" kernel_lacks
is_closed() { systemd-analyze security --offline=true --threshold=30 --no-pager "$(systemctl show culvertd -p FragmentPath --value)"; }
check "systemd-analyze security gives it 3.0 or less" is_closed
main_status() { grep -xE "$1" "/proc/$(systemctl show culvertd -p MainPID --value)/status"; }
check "it runs under a filter of its own besides the unit's" main_status 'Seccomp_filters:[[:space:]]*([2-9]|[1-9][0-9]+)'
check "it kept the power over interfaces and no other" main_status 'CapEff:[[:space:]]*0{12}1000'
check "its status is told" shows StatusText '^1 connections, 0 IKE SAs'
sed -i 's/"dpd_s": 30/"dpd_s": "soon"/' $file
check "systemctl reload fails when the configuration is refused" is_refused
check "and the log has the reason" grep -q 'connections.branch.dpd_s' /service-test/culvertd.log
check "and it runs on, and says so" shows StatusText 'the last reload was refused: 1 error'
sed -i 's/"dpd_s": "soon"/"dpd_s": 20/' $file
check "systemctl reload" timeout 20 systemctl reload culvertd
check "what is in force now is told" shows StatusText 'child SAs$'
kill -STOP "$(systemctl show culvertd -p MainPID --value)"
for ((i = 0; i < 40; i++)); do
    sleep 0.5
    [ "$(systemctl show culvertd -p NRestarts --value)" = 0 ] || break
done
check "one that stands still is killed and started anew" shows NRestarts '^1$'
check "and the next one answers" timeout 20 bash -c 'until culvertctl status; do sleep 0.5; done'
check "and has the interface" kernel_lacks
check "systemctl stop" timeout 20 systemctl stop culvertd
check "it ended as asked" shows Result '^success$'
check "and gave the interface back" kernel_has
refused_nothing() { ! grep syscall_refused /service-test/culvertd.log; }
check "and was refused no system call" refused_nothing
systemctl start culvertd && sed -i 's/^\[Service\]/[Service]\nRestart=no/' /etc/systemd/system/culvertd.service.d/test.conf && systemctl daemon-reload
kill -KILL "$(systemctl show culvertd -p MainPID --value)"
check "one that is killed for good holds the interface no longer" timeout 20 bash -c "until ip -4 -o addr show dev cvtest0 | grep -qF 172.31.0.10/24; do sleep 0.5; done"
echo "service: $passed passed, $failed failed"
CHECKS

# shellcheck disable=SC2016
setpriv --pdeathsig KILL timeout -k 5 150 bash -c 'echo $$ >"$2/cgroup.procs" && exec unshare --mount --pid --net --uts --ipc --cgroup --fork --kill-child --propagation private bash -c "
    cd \"\$1\" && mount --bind . . && cd \"\$1\" && mount -t proc proc proc && mount --bind proc/sys proc/sys &&
        mount -o remount,ro,bind proc/sys && mount -t proc proc tmp && mount --bind tmp/sys/net proc/sys/net && umount tmp && mount -t sysfs -o ro sysfs sys && mount -t cgroup2 cgroup2 sys/fs/cgroup &&
        mount -t tmpfs tmpfs run && mount -t tmpfs tmpfs tmp && mount -t tmpfs -o mode=755 tmpfs dev || exit 77
    mkdir dev/net dev/pts dev/shm old 2>/dev/null
    for name in null zero full random urandom tty net/tun; do touch dev/\$name && mount --bind /dev/\$name dev/\$name; done
    mount -t tmpfs tmpfs dev/shm && mount -t devpts devpts dev/pts && ip link set lo up
    ip link add cvtest0 type veth peer name cvtest1 && ip addr add 172.31.0.10/24 dev cvtest0 && ip link set cvtest0 up && ip link set cvtest1 up
    mkdir -p old && pivot_root . old && umount -l old && rmdir old
    container=culvert-test exec /lib/systemd/systemd --system --unit=culvert-test.target --log-target=console --show-status=no
" boot "$1"' boot "$root" "$group" >"$out/boot.log" 2>&1
cat "$out/log" 2>/dev/null || { tail -n 20 "$out/boot.log" && exit 77; }
grep -q '^service: .* 0 failed$' "$out/log" || { tail -n 20 "$out/culvertd.log" && exit 1; }
