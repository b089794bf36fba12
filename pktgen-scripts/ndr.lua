-- SPDX-License-Identifier: BSD-3-Clause
-- The highest rate without loss (throughput of RFC 2544 26.1), and the highest whose loss is no more than a tolerance, for each of
-- SIZES and TOLERANCES (shares; default 0 and 0.005). A search by halves with trials of SECONDS, down to RESOLUTION percent of
-- the link; what it finds is confirmed by a trial of CONFIRM seconds, or lowered until one confirms it. RFC 2544 24 wants 60 s:
-- with less the row is starred. Rows are of the scenarios ndr/0 and ndr/0.005. On shared virtual CPUs loss of zero may not be
-- found at any rate; then that is said, and is no figure.
local lib = require "lib"
local tolerances = lib.numbers("TOLERANCES", "0,0.005", 0, 0.5)
local sizes = lib.integers("SIZES", "64,512,1420", 60, 9000)
local resolution = lib.number("RESOLUTION", 0.5, 0.01, 50)
local confirm = lib.integer("CONFIRM", 60, 4, 86400)

local function trial_at(rate, seconds)
    lib.rate_set(rate)
    local t = lib.trial(seconds)
    lib.arrived_check(t)
    return t
end

-- The highest rate that a short trial found good, 0 if none.
local function search(tolerance)
    local low, high, try = 0, lib.rate, lib.rate
    while high - low > resolution do
        if trial_at(try, lib.seconds).loss <= tolerance then low = try else high = try end
        if low >= lib.rate then break end
        try = (low + high) / 2
    end
    return low
end

-- Rate and trial that a long one confirms, nil if none does.
local function confirmed(tolerance)
    local rate = search(tolerance)
    while rate > 0 do
        local t = trial_at(rate, confirm)
        if t.loss <= tolerance then return rate, t end
        rate = rate - resolution
    end
    return nil
end

-- Why a figure is not to be quoted as what it is called, or nil.
local function star(rate, t)
    if t.reason then return t.reason end
    if rate >= lib.rate then return string.format("no loss at %g %% of the link, the most that was asked for: the gateway's limit is higher", rate) end
    if confirm < 60 then return string.format("confirmed by a trial of %d s, and RFC 2544 24 wants 60", confirm) end
    return nil
end

lib.check()
local found = 0
for _, size in ipairs(sizes) do
    lib.size_set(size)
    for _, tolerance in ipairs(tolerances) do
        local more = {scenario = string.format("ndr/%g", tolerance), size_bytes = size, sas = 1}
        local rate, t = confirmed(tolerance)
        if rate then
            found = found + 1
            lib.figure("received_rate", "packets/s", {t.received_rate}, more, star(rate, t))
            lib.figure("loss", "share", {t.loss}, more, star(rate, t))
            lib.figure("offered", "percent of link", {rate}, more, star(rate, t))
        else
            more.metric, more.unit, more.starred = "received_rate", "packets/s", true
            more.reason = string.format("no rate down to %g %% of the link had a loss of %g or less", resolution, tolerance)
            lib.write(more)
        end
    end
end
if found == 0 then
    lib.fail("no rate of any size had a loss within TOLERANCES (%s): loss at the lowest rate is no overload; look at culvertctl show drops, and on virtual machines take a tolerance",
             lib.text("TOLERANCES", "0,0.005"))
end
lib.pass("%d of %d rates found", found, #sizes * #tolerances)
