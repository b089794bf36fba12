-- SPDX-License-Identifier: BSD-3-Clause
-- IMIX 7:4:1 of 64, 570 and 1420 bytes, interleaved, as a sequence of twelve packets; over ESP in UDP when the tunnel is (NAT
-- between the gateways, or "encapsulation": "force"). What arrives must be the mix. The sequence is loaded as a file of commands:
-- seq and seqTable of Pktgen 23.06 take the number of the packet for the port.
local lib = require "lib"
local sizes = {64, 570, 64, 64, 570, 64, 1420, 64, 570, 64, 570, 64}

local function sequence_load()
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    local mac = pktgen.pktStats(lib.tx)[tonumber(lib.tx)].mac_addr
    for i, size in ipairs(sizes) do
        file:write(string.format("seq %d %s dst %s src %s dst %s src %s/%s sport %d dport %d ipv4 udp vlan 1 size %d\n", i - 1, lib.tx,
                                 lib.neighbour_mac(), mac, lib.dst, lib.src, lib.prefix, lib.sport, lib.dport, size + 4))
    end
    file:close()
    pktgen.load(path)
    os.remove(path)
    pktgen.set(lib.tx, "seq_cnt", #sizes)
end

-- That what arrived is seven small, four of 570 and one of 1420 bytes in twelve, give or take a fiftieth.
local function mix_check()
    local t = lib.trial(lib.seconds)
    lib.arrived_check(t)
    local s = pktgen.portSizes(lib.rx)[tonumber(lib.rx)]
    local small, middle, large = s._64 + s._65_127, s._512_1023, s._1024_1518
    local all = small + middle + large
    if all == 0 or math.abs(small / all - 7 / 12) > 0.02 or math.abs(middle / all - 4 / 12) > 0.02 then
        lib.fail("what arrived is not the mix of 7:4:1, but %d:%d:%d of 64, 570 and 1420 bytes: which sizes are lost? Look at culvertctl show drops (too_big)",
                 small, middle, large)
    end
end

lib.check()
sequence_load()
lib.slow_set(lib.rate)
mix_check()
lib.rate_set(lib.rate)
local loss, rate = lib.rounds({size_bytes = "imix"})
lib.pass("%d packets a second arrived, loss %.6f", rate, loss)
