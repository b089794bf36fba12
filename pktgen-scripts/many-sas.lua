-- SPDX-License-Identifier: BSD-3-Clause
-- SAS destinations from DST upwards, a tunnel each: shows what caches cost. All tunnels must be up, and the far gateway must
-- reach all destinations through RX_ADDRESS (a route). With PCAP that capture is sent instead, again and again: sealed packets of SAS
-- keys made by hand (culvert-bench capture --no-esn; "replay_window": 0, "esn": false), by WAY=in from a gateway's outside to its inside.
local lib = require "lib"
local sas = lib.integer("SAS", 1000, 1, 1000000)
local is_captured = lib.text("PCAP") ~= nil

-- Each destination a few times, slowly: who has no tunnel shows as loss, each time. A machine that is short of CPUs loses some now and
-- then, and not of the same. Returns how many destinations' packets were lost.
local function lost_destinations()
    local t = lib.trial(math.max(lib.seconds, math.ceil(3 * sas / lib.asked_rate())))
    lib.arrived_check(t)
    if t.sent < sas then lib.fail("%d packets were sent to %d destinations, which is not one for each: Pktgen is the limit", t.sent, sas) end
    return t.loss * sas
end

local function all_check()
    local least = sas
    lib.slow_set(lib.rate)
    for _ = 1, 3 do
        least = math.min(least, lost_destinations())
        if least <= 0.5 then return lib.rate_set(lib.rate) end
    end
    lib.fail("of packets to %d destinations, sent slowly, those to about %.0f are lost, each time: are all %d tunnels up (culvertctl show sas), and is there a route to all?",
             sas, least, sas)
end

lib.check({arrive = not is_captured})
if is_captured then
    pktgen.pcap(lib.tx, "on")
    lib.first_check()
else
    lib.range_destinations(sas)
end
all_check()
local loss, rate = lib.rounds({sas = sas})
lib.pass("%d packets a second arrived by %d SAs, loss %.6f", rate, sas, loss)
