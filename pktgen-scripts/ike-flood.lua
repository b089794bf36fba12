-- SPDX-License-Identifier: BSD-3-Clause
-- IKE_SA_INIT requests from many addresses, replayed from a capture: load it with PCAP=ike.pcap run.sh ike-flood.lua
-- (made by mkesp.py --kind ike). Look at the gateway meanwhile: half-open SAs stay under their cap, cookies are
-- asked for, live tunnels keep their traffic. What comes back is counted, so amplification shows as answered > sent.
local lib = require "lib"
lib.rx = lib.text("RX_PORT", lib.tx)
lib.setup()
pktgen.pcap(lib.tx, "on")
local sent, received, rates = lib.trial(lib.seconds)
lib.result("ike-flood", "sent", sent, "answered", received, "median_answers_pps", lib.median(rates))
pktgen.quit()
