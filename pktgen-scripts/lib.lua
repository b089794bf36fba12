-- SPDX-License-Identifier: BSD-3-Clause
-- What the scripts share: parameters from the environment, port set-up, timed trials, results as JSON lines.
-- Written for Pktgen-DPDK 23.06; run through run.sh, which finds Pktgen.lua and this file.
require "Pktgen"

local lib = {}

-- A parameter from the environment, as text or number.
function lib.text(name, otherwise)
    local v = os.getenv(name)
    if v == nil or v == "" then return otherwise end
    return v
end

function lib.number(name, otherwise)
    return tonumber(lib.text(name, otherwise))
end

lib.tx = lib.text("TX_PORT", "0")             -- towards the gateway's inside
lib.rx = lib.text("RX_PORT", "1")             -- where what went through comes out
lib.size = lib.number("SIZE", 64)             -- frame bytes; Pktgen counts the 4 FCS bytes too
lib.rate = lib.number("RATE", 100)            -- percent of the port's link speed
lib.seconds = lib.number("SECONDS", 10)       -- of each trial
lib.gateway_mac = lib.text("GATEWAY_MAC", "02:00:00:00:00:01")
lib.src = lib.text("SRC", "10.1.0.10")        -- inner source
lib.dst = lib.text("DST", "10.2.0.10")        -- inner destination, the first where there are several
lib.result_path = lib.text("RESULT", "result.jsonl")

-- Stops and clears both ports, then sets the transmitting one to UDP from SRC to DST.
function lib.setup()
    pktgen.screen("off")
    pktgen.stop("all")
    pktgen.set(lib.tx, "count", 0)
    pktgen.set(lib.tx, "burst", 32)
    pktgen.set(lib.tx, "size", lib.size)
    pktgen.set(lib.tx, "rate", lib.rate)
    pktgen.set(lib.tx, "sport", lib.number("SPORT", 1024))
    pktgen.set(lib.tx, "dport", lib.number("DPORT", 9))
    pktgen.set_type(lib.tx, "ipv4")
    pktgen.set_proto(lib.tx, "udp")
    pktgen.set_mac(lib.tx, "dst", lib.gateway_mac)
    pktgen.set_ipaddr(lib.tx, "src", lib.src .. "/24")
    pktgen.set_ipaddr(lib.tx, "dst", lib.dst)
    pktgen.clear("all")
    pktgen.delay(1000)
end

-- "10.2.0.10" plus n.
function lib.address_add(text, n)
    local a, b, c, d = text:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$")
    local v = ((tonumber(a) * 256 + tonumber(b)) * 256 + tonumber(c)) * 256 + tonumber(d) + n
    return string.format("%d.%d.%d.%d", math.floor(v / 16777216) % 256, math.floor(v / 65536) % 256,
                         math.floor(v / 256) % 256, v % 256)
end

-- One field of range mode. Fields step together, they are not multiplied: let one of them have the flows.
function lib.range(field, first, step, last)
    local set = pktgen.range[field]
    set(lib.tx, "start", first)
    set(lib.tx, "inc", step)
    set(lib.tx, "min", first)
    set(lib.tx, "max", last)
end

-- Range mode that varies the destination over `count` addresses and keeps the rest.
function lib.range_destinations(count)
    pktgen.range.dst_mac(lib.tx, "start", lib.gateway_mac)
    lib.range("src_ip", lib.src, "0.0.0.0", lib.src)
    lib.range("dst_ip", lib.dst, "0.0.0.1", lib.address_add(lib.dst, count - 1))
    lib.range("src_port", lib.number("SPORT", 1024), 0, lib.number("SPORT", 1024))
    lib.range("dst_port", lib.number("DPORT", 9), 0, lib.number("DPORT", 9))
    lib.range("pkt_size", lib.size, 0, lib.size)
    pktgen.range.ip_proto(lib.tx, "udp")
    pktgen.set_range(lib.tx, "on")
end

-- Sends for some seconds. Returns packets sent and received, and per-second receive rates.
function lib.trial(seconds)
    pktgen.clear("all")
    pktgen.delay(500)
    local rates = {}
    local seen = 0
    pktgen.start(lib.tx)
    for _ = 1, seconds do
        pktgen.delay(1000)
        local now = pktgen.portStats(lib.rx, "port")[tonumber(lib.rx)].ipackets
        rates[#rates + 1] = now - seen
        seen = now
    end
    pktgen.stop(lib.tx)
    pktgen.delay(1000) -- what is still inside comes out
    local sent = pktgen.portStats(lib.tx, "port")[tonumber(lib.tx)].opackets
    local received = pktgen.portStats(lib.rx, "port")[tonumber(lib.rx)].ipackets
    return sent, received, rates
end

function lib.median(list)
    if #list == 0 then return 0 end
    table.sort(list)
    return list[math.floor((#list + 1) / 2)]
end

local function json(v)
    if type(v) == "string" then return string.format("%q", v) end
    if v ~= math.floor(v) then return string.format("%.4f", v) end
    return string.format("%d", v)
end

-- Appends one JSON line to RESULT: a list of name, value, name, value ...
function lib.result(script, ...)
    local args = {...}
    local out = {'"script":' .. json(script)}
    for i = 1, #args, 2 do
        out[#out + 1] = string.format("%q:%s", args[i], json(args[i + 1]))
    end
    local file = assert(io.open(lib.result_path, "a"))
    file:write("{", table.concat(out, ","), "}\n")
    file:close()
end

-- The usual end: one trial of SECONDS, one result line, quit.
function lib.run_once(script, ...)
    local sent, received, rates = lib.trial(lib.seconds)
    lib.result(script, "size", lib.size, "sent", sent, "received", received,
               "loss", sent > 0 and (sent - received) / sent or 0,
               "median_pps", lib.median(rates), ...)
    pktgen.quit()
end

return lib
