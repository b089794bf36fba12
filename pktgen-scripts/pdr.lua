-- SPDX-License-Identifier: BSD-3-Clause
-- The highest rate whose loss stays under TOLERANCE (a share, default 0.005: PDR as RFC 2544 testers call it), by
-- bisection down to RESOLUTION percent of the link speed, for each of SIZES. Loss of zero (NDR) does not converge on
-- shared virtual machines; on bare metal set TOLERANCE=0.
local lib = require "lib"
local tolerance = lib.number("TOLERANCE", 0.005)
local resolution = lib.number("RESOLUTION", 0.5)
local sizes = lib.text("SIZES", "64,512,1420")

local function loss_at(rate)
    pktgen.set(lib.tx, "rate", rate)
    local sent, received, rates = lib.trial(lib.seconds)
    local loss = sent > 0 and (sent - received) / sent or 1
    return loss, lib.median(rates)
end

lib.setup()
for size in sizes:gmatch("%d+") do
    lib.size = tonumber(size)
    pktgen.set(lib.tx, "size", lib.size)
    local low, high, best, best_loss = 0, lib.rate, 0, 0
    local try = high
    while high - low > resolution do
        local loss, pps = loss_at(try)
        if loss <= tolerance then
            low, best, best_loss = try, pps, loss
        else
            high = try
        end
        if low >= lib.rate then break end
        try = (low + high) / 2
    end
    lib.result("pdr", "size", lib.size, "tolerance", tolerance, "rate_percent", low, "pps", best, "loss", best_loss)
end
pktgen.quit()
