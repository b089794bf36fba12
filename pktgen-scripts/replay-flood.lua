-- SPDX-License-Identifier: BSD-3-Clause
-- Sealed packets a second time: PCAP is a capture of ESP in UDP that this gateway has opened already, taken on its outside port
-- while the tunnel carried traffic (tcpdump -w replay.pcap udp port 4500), with the SA still there. FRESH=N: nobody has sent the
-- capture's N packets yet (culvert-bench capture --packets N, for keys made by hand); they are sent once first, and must come out. Port
-- TX_PORT is on the outside network, RX_PORT inside. Every packet must be dropped as a replay (DROPS tells), and none come out.
local lib = require "lib"
local fresh = lib.integer("FRESH", 0, 0, lib.pool_packets)
lib.required("PCAP", "a capture of ESP in UDP that the gateway has opened already: tcpdump -i OUTSIDE -w replay.pcap 'udp port 4500 and dst GATEWAY'")
lib.way_set("in")
lib.check({arrive = false})
pktgen.pcap(lib.tx, "on")
if fresh > 0 then
    local sent, received = lib.few_send(fresh, lib.rate)
    if received < 0.95 * sent then
        lib.fail("of the capture's %d packets, sent for the first time, %d came out: they must be for this gateway's keys, and not opened before (culvertctl show drops)",
                 sent, received)
    end
end
local rate = lib.dropped_rounds("replay", "unknown_spi: the SA was rekeyed since, capture anew; not_for_us or none: the capture was not taken at this gateway")
lib.pass("%.0f replays a second were dropped, and none came out", rate)
