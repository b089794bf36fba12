#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# `culvertctl doctor NAME` names the true cause of a set-up that is broken on purpose, and finds nothing in a sound one.
# cases: calls
. "$(dirname "$0")/../lib/lab.sh"

# What the doctor of a connection of side b found that is to mend: names, one a line. It runs where the gateway is, whose
# ports it asks the peer from.
doctor() {
    lab_in gwb "$CULVERTCTL" --socket "$(culvert_dir b)/culvertd.sock" doctor "$1" --json >"$LAB_OUT/doctor.json"
    DOCTOR_STATUS=$?
    "$LAB_PYTHON" -c 'import json, sys
d = json.load(open(sys.argv[1]))
print("\n".join(f["name"] for f in d["findings"] if f["level"] in ("fault", "warning")))' "$LAB_OUT/doctor.json"
}
broken() {
    local found
    found=$(doctor "$2")
    grep -qx -- "$3" <<<"$found" || lab_fail "$1: $3 is not found, but: $found"
    SHOWN="${SHOWN:-} $1"
}

case $1 in
calls)
    lab_up a=none b=1to1
    conn a net id=@foo peer_id="$(gw_public b)" peer=any
    conn b private id="${NET_WAN[b]}" peer_id=@foo "peer=$(gw_public a)"
    gw_start a
    gw_start b
    broken before private private-address-as-identity
    gw_initiate b private && lab_fail "a tunnel with the private address as identity"
    broken after private private-address-as-identity
    lab_in gwb "$CULVERTCTL" --socket "$(culvert_dir b)/culvertd.sock" doctor private
    ;;
esac
echo "shows:$SHOWN"
