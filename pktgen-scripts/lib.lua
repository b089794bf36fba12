-- SPDX-License-Identifier: BSD-3-Clause
-- What the scenarios share, in one table: parameters, rows and verdict (lib_rows), preconditions (lib_ready), trials (lib_load).
-- Written for Pktgen-DPDK 23.06.1. Scenarios run by run.sh, through start.lua.
local lib = {}
for _, part in ipairs({"lib_rows", "lib_ready", "lib_load"}) do
    for name, v in pairs(require(part)) do lib[name] = v end
end

local rows = require "lib_rows"
local ready = require "lib_ready"

-- What a scenario changes or asks of the parts, which keep it.
function lib.way_set(way) rows.way = way end
function lib.dst_set(address) lib.dst, ready.dst = address, address end
function lib.ports_set(sport, dport) lib.sport, lib.dport, ready.sport, ready.dport = sport, dport, sport, dport end
function lib.receive_on(port) lib.rx, ready.rx, ready.rx_address = port, port, ready.src end
function lib.frame_size() return ready.size end
function lib.neighbour_mac() return ready.mac end

-- "10.2.0.10" plus n.
function lib.address_add(text, n)
    local a, b, c, d = text:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$")
    if not a then lib.fail("\"%s\" is no IPv4 address", text) end
    local v = ((a * 256 + b) * 256 + c) * 256 + d + n
    return string.format("%d.%d.%d.%d", v // 16777216 % 256, v // 65536 % 256, v // 256 % 256, v % 256)
end

-- One field of range mode. Fields step together, they are not multiplied: let one of them have the flows.
local function range(field, first, step, last)
    local set = pktgen.range[field]
    set(lib.tx, "start", first)
    set(lib.tx, "inc", step)
    set(lib.tx, "min", first)
    set(lib.tx, "max", last)
end

-- Pktgen makes what it sends beforehand, as many packets as a pool has, and sends these again and again.
lib.pool_packets = 24576

-- Range mode that varies the destination over `count` addresses from DST up and keeps the rest.
function lib.range_destinations(count)
    if count > lib.pool_packets then
        lib.fail("SAS is %d, and range mode of Pktgen sends to %d destinations at most: send a capture that has them all (PCAP of many-sas), or take fewer",
                 count, lib.pool_packets)
    end
    local size, sport, dport = math.tointeger(ready.size) + 4, lib.sport, lib.dport
    pktgen.range.dst_mac(lib.tx, "start", ready.mac)
    range("src_ip", lib.src, "0.0.0.0", lib.src)
    range("dst_ip", lib.dst, "0.0.0.1", lib.address_add(lib.dst, count - 1))
    range("src_port", sport, 0, sport)
    range("dst_port", dport, 0, dport)
    pktgen.range.pkt_size(lib.tx, "start", size)
    pktgen.range.pkt_size(lib.tx, "inc", 0)
    pktgen.range.pkt_size(lib.tx, "min", size)
    pktgen.range.pkt_size(lib.tx, "max", size)
    pktgen.range.ip_proto(lib.tx, "udp")
    pktgen.set_range(lib.tx, "on")
end

return lib
