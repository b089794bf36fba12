#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The scenario that SCENARIO names, in the stand-in, as run.sh would start it but without a terminal: for pktgen_test.sh.
here=$(dirname "$0")
exec lua5.3 "$here/standin.lua" ${PCAP:+-s "${TX_PORT:-0}:$PCAP"} -f "${SCENARIO%/*}/start.lua"
