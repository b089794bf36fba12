# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# One lab: gateways, hosts and NATs in network namespaces of their own, torn down however the script ends.
#
# A script sources this file, calls lab_up, declares connections with `conn`, starts gateways and checks what passes.
# Names start with $LAB, so that labs run side by side and never touch the namespaces of anybody else.
# Only processes that were started through lab_spawn are ended, by their pid.
#
# A program that starts costs more than most of what a scenario does, and so does a subshell; there are hundreds of runs. So what
# Bash has is done in it, waiting included, and wires and addresses are made together (lab_net.sh).

set -u
set -o pipefail

# A case NAME+af_packet or NAME+af_xdp is the case NAME with that driver.
case ${1:-} in
*+af_*)
    CULVERT_DRIVER=${1##*+}
    set -- "${1%+*}" "${@:2}"
    ;;
esac

LAB_LIB=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
LAB_TREE=${LAB_LIB%/*/*}
LAB=${LAB:-culvert-$$}
LAB_PYTHON=${LAB_PYTHON:-/usr/bin/python3}
LAB_BIN=${LAB_BIN:-$LAB_TREE/build/app}
CULVERTD=${CULVERTD:-$LAB_BIN/culvertd/culvertd}
CULVERTCTL=${CULVERTCTL:-$LAB_BIN/culvertctl/culvertctl}
CULVERT_LOOKS=${CULVERT_LOOKS:-$CULVERTCTL} # what looks at the daemon again and again: a sanitized one takes several times as long
LAB_OUT=${LAB_OUT:-}

declare -a LAB_PIDS=()     # started and not yet ended
declare -a LAB_NAMES=()    # short names of the namespaces that exist
exec {LAB_NEVER}<> <(:)      # nothing ever comes from it: lab_pause

# Everything a run writes (configurations, logs, captures) is under $LAB_OUT; without one it is a temporary directory
# that goes away when the run was a success.
if [ -z "$LAB_OUT" ]; then
    LAB_OUT=$(mktemp -d "${TMPDIR:-/tmp}/$LAB.XXXXXX")
    LAB_OUT_TEMPORARY=1
else
    mkdir -p "$LAB_OUT"
    LAB_OUT_TEMPORARY=0
fi

lab_say() { printf '%s\n' "$*"; }

# Ends the script as failed. The trap shows where the logs are.
lab_fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

# Runs a command inside a namespace: lab_in gwa ping ...
lab_in() {
    local name=$1
    shift
    ip netns exec "$LAB-$name" "$@"
}

# Starts a long-running command inside a namespace with its output in a log; its pid is in LAB_PID. With LAB_DETACH it
# gets a session of its own and so outlives the terminal.
#   lab_spawn NAMESPACE LOG COMMAND...
lab_spawn() {
    local name=$1 log=$2
    shift 2
    : >"$log" # now: a log of before says nothing about this one
    ${LAB_DETACH:+setsid} ip netns exec "$LAB-$name" "$@" >"$log" 2>&1 </dev/null &
    LAB_PID=$!
    LAB_PIDS+=("$LAB_PID")
}

# Is a process of ours still running (a zombie is not)?
lab_alive() {
    local line
    { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
    [[ ${line##*) } != Z* ]]
}

# Sleeps this many seconds.
lab_pause() { read -r -t "$1" -u "$LAB_NEVER" || :; }

# Ends one process of ours: TERM, up to SECONDS of patience, then KILL. Its exit status is in LAB_STATUS.
lab_end() {
    local pid=$1 patience=${2:-5} i
    LAB_STATUS=0
    kill -TERM "$pid" 2>/dev/null
    for ((i = 0; i < patience * 20; i++)); do
        lab_alive "$pid" || break
        lab_pause 0.05
    done
    if lab_alive "$pid"; then
        kill -KILL "$pid" 2>/dev/null
        LAB_STATUS=137
        wait "$pid" 2>/dev/null
    else
        wait "$pid" 2>/dev/null
        LAB_STATUS=$?
    fi
    local rest=() p
    for p in "${LAB_PIDS[@]}"; do
        [ "$p" = "$pid" ] || rest+=("$p")
    done
    LAB_PIDS=("${rest[@]+"${rest[@]}"}")
}

# Takes the lab away: processes in reverse order of their start, then the namespaces.
lab_down() {
    local i name spaces=""
    for ((i = ${#LAB_PIDS[@]} - 1; i >= 0; i--)); do
        kill -TERM "${LAB_PIDS[i]}" 2>/dev/null
    done
    for ((i = ${#LAB_PIDS[@]} - 1; i >= 0; i--)); do
        lab_end "${LAB_PIDS[i]}" 5
    done
    for name in "${LAB_NAMES[@]+"${LAB_NAMES[@]}"}"; do
        spaces+="netns del $LAB-$name"$'\n'
        [ ! -e "/etc/netns/$LAB-$name" ] || rm -rf "/etc/netns/$LAB-$name"
    done
    [ -z "$spaces" ] || ip -force -batch - <<<"$spaces" 2>/dev/null
    LAB_NAMES=()
    [ ! -e /etc/netns ] || rmdir --ignore-fail-on-non-empty /etc/netns 2>/dev/null
}

lab_on_exit() {
    local status=$?
    trap - EXIT
    trap '' INT TERM
    if [ "$status" -eq 0 ]; then gw_check_ends || status=1; fi
    lab_down
    if [ "$status" -ne 0 ]; then
        lab_say "logs and captures: $LAB_OUT" >&2
    elif [ "$LAB_OUT_TEMPORARY" = 1 ]; then
        rm -rf "$LAB_OUT"
    fi
    exit "$status"
}

# Waits until a command succeeds, with pauses that grow: lab_wait SECONDS COMMAND...
lab_wait() {
    local deadline=$((SECONDS + $1 + 1)) pauses=(0.05 0.05 0.1 0.1 0.2) i=0
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        lab_pause "${pauses[i < 4 ? i++ : 4]}"
    done
}

# Does a log hold this text yet? In Bash, for logs that are short while they are waited for: lab_has FILE TEXT
lab_has() {
    local text=""
    [ -e "$1" ] && IFS= read -r -d '' text <"$1"
    [[ $text == *"$2"* ]]
}

# The text on standard input into a variable: lab_text VARIABLE <<TEXT
lab_text() { IFS= read -r -d '' "$1" || :; }

lab_need_root() {
    [ "$EUID" = 0 ] || lab_fail "network namespaces need root"
}

# For tools that seal or sign by themselves: without this module the scenario is skipped.
lab_need_cryptography() {
    "$LAB_PYTHON" -c 'import cryptography' 2>/dev/null || { echo "skipped: python3-cryptography is not installed" && exit 77; }
}

trap lab_on_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# shellcheck source=tests/lib/packages.sh
. "$LAB_LIB/packages.sh"
# shellcheck source=tests/lib/lab_net.sh
. "$LAB_LIB/lab_net.sh"
# shellcheck source=tests/lib/faults.sh
. "$LAB_LIB/faults.sh"
# shellcheck source=tests/lib/lab_gateway.sh
. "$LAB_LIB/lab_gateway.sh"
# shellcheck source=tests/lib/lab_swan.sh
. "$LAB_LIB/lab_swan.sh"
# shellcheck source=tests/lib/lab_guest.sh
. "$LAB_LIB/lab_guest.sh"
# shellcheck source=tests/lib/lab_kernel.sh
. "$LAB_LIB/lab_kernel.sh"
# shellcheck source=tests/lib/lab_libreswan.sh
. "$LAB_LIB/lab_libreswan.sh"
# shellcheck source=tests/lib/lab_iked.sh
. "$LAB_LIB/lab_iked.sh"
# shellcheck source=tests/lib/lab_culvert.sh
. "$LAB_LIB/lab_culvert.sh"
# shellcheck source=tests/lib/lab_check.sh
. "$LAB_LIB/lab_check.sh"
