-- SPDX-License-Identifier: BSD-3-Clause
-- A steady load for HOURS, one result line a minute, so that a leak or a stall shows: loss and rate must stay flat.
local lib = require "lib"
local minutes = math.floor(lib.number("HOURS", 12) * 60)
local peers = lib.number("PEERS", 1)
lib.setup()
if peers > 1 then lib.range_destinations(peers) end
pktgen.set(lib.tx, "rate", lib.number("RATE", 10))
for minute = 1, minutes do
    local sent, received, rates = lib.trial(59)
    lib.result("soak", "minute", minute, "sent", sent, "received", received,
               "loss", sent > 0 and (sent - received) / sent or 0, "median_pps", lib.median(rates))
end
pktgen.quit()
