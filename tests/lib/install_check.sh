#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What `meson install` puts where, that it works from there, and that `ninja uninstall` leaves nothing: install_check.sh BUILD
# The programs of BUILD go into a folder of the check's own (DESTDIR); nothing of this machine is touched.
set -u
set -o pipefail
build=$(cd "$1" && pwd) || exit 2
dest=$(mktemp -d)
trap 'rm -rf "$dest"' EXIT
root=$dest/root
log=$dest/log
passed=0 failed=0

# check WHAT COMMAND...: one more test; what the command says is shown when it fails
check() {
    local what=$1
    shift
    if "$@" >"$log" 2>&1; then
        passed=$((passed + 1))
        echo "ok     $what"
    else
        failed=$((failed + 1))
        echo "FAILED $what"
        sed 's/^/         | /' "$log" | tail -n 20
    fi
}

option() {
    meson introspect --buildoptions "$build" | /usr/bin/python3 -c '
import json, sys
print(next(o["value"] for o in json.load(sys.stdin) if o["name"] == sys.argv[1]))' "$1"
}
prefix=$(option prefix)
sysconf=$(option sysconfdir)
[[ $sysconf == /* ]] || sysconf=$prefix/$sysconf
at=$root$prefix
examples=$prefix/share/doc/culvert/examples
wanted="$prefix/bin/culvert-bench
$prefix/bin/culvert-pki
$prefix/bin/culvertctl
$prefix/lib/systemd/system/culvertd.service
$prefix/sbin/culvertd
$prefix/share/bash-completion/completions/culvert-bench
$prefix/share/bash-completion/completions/culvertctl
$prefix/share/bash-completion/completions/culvertd
$prefix/share/culvert/culvert.schema.json
$prefix/share/doc/culvert/copyright
$examples/README.md
$examples/cloud-1to1.json
$examples/concentrator.json
$examples/roadwarrior.json
$examples/lab.json
$examples/site-a.json
$examples/site-b.json
$prefix/share/man/man1/culvert-bench.1
$prefix/share/man/man1/culvertctl.1
$prefix/share/man/man5/culvert.json.5
$prefix/share/man/man8/culvertd.8"

install_it() { DESTDIR=$root meson install -C "$build" --no-rebuild; }
uninstall_it() { DESTDIR=$root ninja -C "$build" uninstall; }

files_are_wanted() { diff <(find "$root" -type f -printf '/%P\n' | LC_ALL=C sort) <(LC_ALL=C sort <<<"$wanted"); }
mode_is() { [ "$(stat -c %a "$1")" = "$2" ] || { stat -c '%n %a' "$1" && false; }; }

# ---- programs -----------------------------------------------------------------------------------------------------

culvertd=$at/sbin/culvertd culvertctl=$at/bin/culvertctl bench=$at/bin/culvert-bench

says_version() { "$1" --version | grep -qx "$(basename "$1") [0-9.]*"; }
version_is_json() { "$1" --version --json | /usr/bin/python3 -c 'import json, sys; sys.exit(not json.load(sys.stdin)["version"])'; }
help_fits() { "$@" --help | awk 'length > 80 { print length ": " $0; bad = 1 } END { exit bad }'; }

# An installed example, as its reader would use it.
example_is_good() {
    mkdir -p "$dest/example" && cp "$root$examples/cloud-1to1.json" "$dest/example/culvert.json" || return 1
    (umask 077 && echo "0x$(od -An -v -N32 -tx1 /dev/urandom | tr -cd 0-9a-f)" >"$dest/example/branch.psk")
    "$culvertd" --config "$dest/example/culvert.json" --check=config
}

# Without --config it reads what stands in the installed place, which a namespace of mounts puts there.
default_is_found() {
    cp "$dest/example/"* "$root$sysconf/culvert/" || return 1
    # shellcheck disable=SC2016
    unshare --mount --propagation private sh -c 'mount --bind "$1" "$2" && exec "$3" --check=config' check "$root$sysconf" "$sysconf" "$culvertd" |
        tee "$dest/default.log"
    local status=$?
    rm -f "$root$sysconf/culvert/"*
    [ "$status" = 0 ] && grep -q "$sysconf/culvert/culvert.json" "$dest/default.log"
}
absence_is_told() {
    local said
    said=$("$culvertd" --check=config 2>&1) && return 1
    grep -F "there is no $sysconf/culvert/culvert.json" <<<"$said" | grep -F "$examples"
}
sockets_agree() {
    "$culvertctl" --help | grep -F "default /run/culvert/culvertd.sock" && "$culvertd" --help-config | grep -F "default /run/culvert/culvertd.sock"
}

# ---- pages and completion -----------------------------------------------------------------------------------------

page() { echo "$at/share/man/man${1##*.}/$1"; }
page_is_clean() {
    local said
    said=$(groff -man -ww -b -Tutf8 "$(page "$1")" 2>&1 >"$dest/page") && [ -z "$said" ] || { echo "$said" && return 1; }
    said=$(mandoc -Tlint -W warning "$(page "$1")" | grep -v 'missing date') && echo "$said" && return 1
    return 0
}
# page_names PAGE WORD...: all of them are in the page as it is read
page_names() {
    local name=$1 word missing=0
    shift
    MANWIDTH=200 mandoc -Tascii -O width=200 "$(page "$name")" | sed 's/.\x08//g' >"$dest/page"
    for word in "$@"; do
        grep -qF -- "$word" "$dest/page" || { echo "$name does not have $word" && missing=1; }
    done
    return "$missing"
}
options_of() { "$@" --help | grep -oE '^  --[a-z-]+'; }
bench_options() {
    local command
    # The page leaves the options of ike to its help.
    for command in "" $("$bench" --help | awk '/^  [a-z]/ && $1 != "ike" { print $1 }'); do
        # shellcheck disable=SC2086
        options_of "$bench" $command
    done | sort -u
}
keys_are_told() {
    local keys
    mapfile -t keys < <("$culvertd" --help-config | awk '/^  / { print $1 }' | sort -u)
    [ "${#keys[@]}" -gt 60 ] && page_names culvert.json.5 "${keys[@]}"
}
options_are_told() {
    local words
    mapfile -t words < <("$2" | tr -d ' ')
    [ "${#words[@]}" -gt 3 ] && page_names "$1" "${words[@]}"
}
culvertd_options() { options_of "$culvertd"; }
culvertctl_options() { options_of "$culvertctl"; }

# complete_is WANTED PROGRAM WORD...: what bash offers for the last word
complete_is() {
    local want=$1 program=$2
    shift 2
    bash -c '
        . "$1" && name=$2 && shift 2
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
        spec=$(complete -p "$name") && function=${spec##*-F } && function=${function%% *}
        "$function" "$1" "${@: -1}" "${@: -2:1}"
        echo "${COMPREPLY[*]}"' complete "$at/share/bash-completion/completions/$program" "$program" "$(command -v "$at"/*bin/"$program")" "$@" >"$dest/words"
    grep -qxF -- "$want" "$dest/words" || { echo "offered: $(cat "$dest/words")" && return 1; }
}

# ---- the unit -----------------------------------------------------------------------------------------------------

unit_is_good() {
    local said
    mkdir -p "$dest/unit"
    # Its programs are looked for where they are now.
    sed -E "s#^(Exec[A-Za-z]+=)$prefix#\1$at#" "$at/lib/systemd/system/culvertd.service" >"$dest/unit/culvertd.service"
    grep -q "^ExecStart=$at/sbin/culvertd " "$dest/unit/culvertd.service" || return 1
    said=$(systemd-analyze verify --man=no "$dest/unit/culvertd.service" 2>&1) && ! grep culvertd.service <<<"$said"
}
# What `systemd-analyze security` counts against it, in tenths: 30 is its limit of "OK".
unit_is_closed() { systemd-analyze security --offline=true --threshold=30 --no-pager "$dest/unit/culvertd.service"; }
unit_says() { grep -xE "$1" "$at/lib/systemd/system/culvertd.service"; }

# ---- the run ------------------------------------------------------------------------------------------------------

check "meson install" install_it
check "each file is where Debian has its like, and no other" files_are_wanted
check "the configuration's folder is not for everybody" mode_is "$root$sysconf/culvert" 750
for program in "$culvertd" "$culvertctl" "$bench"; do
    check "$(basename "$program") runs from there" says_version "$program"
done
check "culvertctl --help fits 80 columns" help_fits "$culvertctl"
for program in "$culvertd" "$culvertctl" "$bench"; do
    check "$(basename "$program") --version --json is JSON" version_is_json "$program"
done
check "an installed example passes the check" example_is_good
if [ "$(id -u)" = 0 ] && [ -d "$sysconf" ]; then check "culvertd finds $sysconf/culvert/culvert.json" default_is_found; fi
[ -e "$sysconf/culvert/culvert.json" ] || check "a configuration that is not there is told, with the examples" absence_is_told
check "both programs mean the same socket" sockets_agree
for name in culvertd.8 culvertctl.1 culvert-bench.1 culvert.json.5; do
    check "$name renders without a warning" page_is_clean "$name"
done
check "culvert.json.5 has every key of --help-config" keys_are_told
check "culvertd.8 has every option of --help" options_are_told culvertd.8 culvertd_options
check "culvertctl.1 has every option of --help" options_are_told culvertctl.1 culvertctl_options
check "culvert-bench.1 has every option of its commands" options_are_told culvert-bench.1 bench_options
check "completion: culvertctl sh" complete_is show culvertctl sh
check "completion: culvertctl show n" complete_is nat culvertctl show n
check "completion: culvertctl rekey --c" complete_is --child culvertctl rekey --c
check "completion: culvertctl --socket x re" complete_is "redirect rekey reload" culvertctl --socket x re
check "completion: culvertd --ch" complete_is --check culvertd --ch
check "completion: culvert-bench ch" complete_is churn culvert-bench ch
check "completion: culvert-bench raw --f" complete_is --frames culvert-bench raw --f
if command -v systemd-analyze >/dev/null; then
    check "systemd-analyze verify: the unit" unit_is_good
    check "systemd-analyze security: the unit has 3.0 or less" unit_is_closed
fi
check "the unit reloads by culvertctl" unit_says "ExecReload=$prefix/bin/culvertctl .*reload"
check "the unit waits for READY and signs of life" unit_says "(Type=notify|WatchdogSec=[1-9][0-9]*)"
echo user >"$root$sysconf/culvert/culvert.json"
check "a second install" install_it
check "leaves the user's file as it is" grep -qx user "$root$sysconf/culvert/culvert.json"
check "ninja uninstall" uninstall_it
check "leaves the user's file, and no other" diff <(find "$root" -type f -printf '/%P\n') <(echo "$sysconf/culvert/culvert.json")
check "leaves no folder of Culvert's" test -z "$(find "$root$prefix" -depth -name '*culvert*' 2>/dev/null)"
rm -rf "$root"
check "an install" install_it
check "and its uninstall" uninstall_it
check "leave nothing at all" test ! -e "$root"
echo "install: $passed passed, $failed failed"
[ "$failed" = 0 ]
