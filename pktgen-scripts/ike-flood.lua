-- SPDX-License-Identifier: BSD-3-Clause
-- IKE_SA_INIT requests from many addresses, out of a capture: PCAP=ike.pcap (mkike.py makes it). Port TX_PORT is on the outside
-- network, and the gateway must reach the requests' sources there (mkike.py --src: that network, or a route through SRC). What
-- comes back is counted: at least a few answers, and never more than requests, which would be amplification. Look at the gateway
-- meanwhile: half-open SAs stay under their cap, and live tunnels keep their traffic.
local lib = require "lib"
lib.required("PCAP", "requests to send; mkike.py --mac GATEWAYS-MAC --dst GATEWAYS-ADDRESS ike.pcap")
lib.way_set("in")
lib.receive_on(lib.tx)
lib.check({arrive = false})
pktgen.pcap(lib.tx, "on")
local sent, answered = lib.few_send(100)
if answered < 5 then
    lib.fail("of the first %d requests %d were answered: the capture must be for this gateway (mkike.py --mac %s --dst %s), and its sources must be reachable from there",
             sent, answered, lib.neighbour_mac(), lib.gateway)
end
local rates, shares = {}, {}
for i = 1, lib.rounds_wanted do
    local t = lib.trial(lib.seconds)
    rates[i], shares[i] = t.received_rate, t.received / t.sent
    if t.received > t.sent * 1.01 + 100 then lib.fail("%d answers to %d requests: the gateway amplifies", t.received, t.sent) end
    if t.received == 0 then lib.fail("no answer to %d requests: the gateway is deaf under the flood", t.sent) end
end
lib.figure("answer_rate", "packets/s", rates)
lib.figure("answered", "share", shares)
lib.pass("%d answers a second, %.4f for a request", lib.summary(rates).median, lib.summary(shares).median)
