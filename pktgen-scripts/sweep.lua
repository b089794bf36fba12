-- SPDX-License-Identifier: BSD-3-Clause
-- What arrives at each of RATES (percent of the link), for each of SIZES: how a gateway behaves below, at and beyond its limit.
-- Rows are of the scenarios sweep/10, sweep/25 and so on.
local lib = require "lib"
local rates = lib.numbers("RATES", "10,25,50,75,100", 0.001, 100)
local sizes = lib.integers("SIZES", "64,512,1420", 60, 9000)
lib.check()
for _, size in ipairs(sizes) do
    lib.size_set(size)
    for _, rate in ipairs(rates) do
        lib.rate_set(rate)
        lib.rounds({scenario = string.format("sweep/%g", rate)})
    end
end
lib.pass("%d rates of %d sizes", #rates, #sizes)
