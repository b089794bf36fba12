-- SPDX-License-Identifier: BSD-3-Clause
-- A steady load of RATE (10 percent) for HOURS (12), a row of each figure a minute, so that a leak or a stall shows: in no minute
-- may a share of more than TOLERANCE (0.001) be lost. Rows are of the scenarios soak/1, soak/2 and so on. SAS (1): destinations.
local lib = require "lib"
local minutes = math.max(1, math.floor(lib.number("HOURS", 12, 0, 10000) * 60))
local sas = lib.integer("SAS", 1, 1, 1000000)
local tolerance = lib.number("TOLERANCE", 0.001, 0, 1)
local worst = 0
lib.check()
if sas > 1 then lib.range_destinations(sas) end
lib.rate_set(lib.number("RATE", 10, 0.001, 100))
for minute = 1, minutes do
    local t = lib.trial(55)
    lib.arrived_check(t)
    local more = {scenario = "soak/" .. minute, size_bytes = lib.frame_size(), sas = sas}
    lib.figure("received_rate", "packets/s", {t.received_rate}, more, t.reason)
    lib.figure("loss", "share", {t.loss}, more, t.reason)
    worst = math.max(worst, t.loss)
    if t.loss > tolerance then lib.fail("in minute %d a share of %.6f was lost, and %g is tolerated", minute, t.loss, tolerance) end
end
lib.pass("%d minutes, the worst with a loss of %.6f", minutes, worst)
