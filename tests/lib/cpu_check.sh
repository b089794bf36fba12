#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# What programs do on CPUs that this machine does not have, by qemu's emulation of one: cpu_check.sh BUILD
# On one of 2008 each says what it lacks and ends with 69; a portable build runs on one of 2013.
set -u
app=$1/app
status=0

fault() {
    echo "FAILED $*"
    status=1
}

command -v qemu-x86_64 >/dev/null || fault "no qemu-x86_64 (package qemu-user)"
for name in culvertd culvertctl culvert-bench; do
    program=$app/$name/$name
    said=$(qemu-x86_64 -cpu Nehalem "$program" --version 2>&1)
    code=$?
    case $code:$said in
    69:"$name: this build is for a CPU like "*" lacks "*avx2*) echo "ok     $name on Nehalem: $(echo "$said" | cut -c1-60)..." ;;
    *) fault "$name on Nehalem: $code, $said" ;;
    esac
    case $("$program" --version) in
    *"built for x86-64-v3 "*)
        if qemu-x86_64 -cpu Haswell "$program" --version >/dev/null; then
            echo "ok     $name on Haswell"
        else
            fault "$name on Haswell"
        fi
        ;;
    esac
done
exit "$status"
