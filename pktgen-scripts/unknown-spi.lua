-- SPDX-License-Identifier: BSD-3-Clause
-- UDP to port 4500 of GATEWAY itself with Pktgen's filling, which reads as ESP with SPI 0x6b6c6d6e: every packet must be dropped
-- as unknown_spi (DROPS tells), and none come out. GATEWAY is the gateway's outside address, TX_PORT on that network, RX_PORT inside.
local lib = require "lib"
lib.way_set("in")
lib.dst_set(lib.gateway)
lib.ports_set(4500, 4500)
lib.check({arrive = false})
local rate = lib.dropped_rounds("unknown_spi", "none: is ESP in UDP taken at this address (nat, tunnel.encapsulation)? own_unhandled: port 4500 is not the gateway's")
lib.pass("%.0f packets a second were dropped, and none came out", rate)
