-- SPDX-License-Identifier: BSD-3-Clause
-- Sealed packets a second time: PCAP is a capture of ESP in UDP that this gateway has opened already, taken on its outside port
-- while the tunnel carried traffic (tcpdump -w replay.pcap udp port 4500), with the SA still there. Port TX_PORT is on the
-- outside network, RX_PORT inside. Every packet must be dropped as a replay (DROPS tells), and none come out.
local lib = require "lib"
lib.required("PCAP", "a capture of ESP in UDP that the gateway has opened already: tcpdump -i OUTSIDE -w replay.pcap 'udp port 4500 and dst GATEWAY'")
lib.way_set("in")
lib.check({arrive = false})
pktgen.pcap(lib.tx, "on")
local rate = lib.dropped_rounds("replay", "unknown_spi: the SA was rekeyed since, capture anew; not_for_us or none: the capture was not taken at this gateway")
lib.pass("%.0f replays a second were dropped, and none came out", rate)
