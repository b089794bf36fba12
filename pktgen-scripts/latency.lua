-- SPDX-License-Identifier: BSD-3-Clause
-- How long a packet takes from port to port, at shares (SHARES: 10,50,90 percent) of RATE, which is the no-drop rate that ndr.lua
-- found, in percent of the link. Pktgen puts a stamped packet of 72 bytes to UDP port 1028 among the others each millisecond; the
-- tunnel's subnets and ports must let it through. Where a packet was lost, latency is that of a full queue: starred. On virtual CPUs
-- it is the hypervisor's: starred. Rows are of the scenarios latency/10 and so on.
local lib = require "lib"
local shares = lib.numbers("SHARES", "10,50,90", 0.1, 100)

local function is_virtual()
    local file = io.open("/proc/cpuinfo")
    local text = file and file:read("a") or ""
    if file then file:close() end
    return text:find("hypervisor", 1, true) ~= nil
end

-- Least, average and greatest of one trial in microseconds, and why they are starred.
local function trial_at(rate)
    lib.rate_set(rate)
    local t = lib.trial(lib.seconds)
    lib.arrived_check(t)
    local l = pktgen.pktStats(lib.rx)[tonumber(lib.rx)].latency
    if l.num_pkts == 0 then
        lib.fail("no stamped packet came back in order: the tunnel must carry UDP to port 1028, and keep the order of a flow")
    end
    local reason = t.reason
    if t.loss > 0 then reason = string.format("a share of %.6f was lost: this is the latency of full queues", t.loss) end
    if is_virtual() then reason = "measured on virtual CPUs, whose hypervisor adds milliseconds" end
    return l, reason
end

lib.check()
for _, port in ipairs({lib.tx, lib.rx}) do
    pktgen.latency(port, "rate", 1000)
    pktgen.latency(port, "on")
end
for _, share in ipairs(shares) do
    local least, average, greatest, reason = {}, {}, {}, nil
    for i = 1, lib.rounds_wanted do
        local l, why = trial_at(lib.rate * share / 100)
        least[i], average[i], greatest[i], reason = l.min_us, l.avg_us, l.max_us, reason or why
    end
    local more = {scenario = string.format("latency/%g", share), size_bytes = lib.frame_size(), sas = 1}
    lib.figure("latency_least", "us", least, more, reason)
    lib.figure("latency_average", "us", average, more, reason)
    lib.figure("latency_greatest", "us", greatest, more, reason)
end
lib.pass("%d loads measured", #shares)
