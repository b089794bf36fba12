#!/usr/bin/env lua5.3
-- SPDX-License-Identifier: BSD-3-Clause
-- Stands in for Pktgen-DPDK 23.06.1 in tests: takes its command line, and runs the script behind -f against the calls of the real one.
-- It knows their names, arguments and behaviour: ARP is neither answered nor learned before `process`, a question by ARP leaves
-- with the next packets that are sent, counters are shown once a second, and only delay lets time pass. Where the real one is
-- silent about nonsense (a word that it does not know, a rate of 200 %), this one fails, as it does for names that it lacks.
-- The network around it is `world`: STANDIN="link_down=1 capacity=1000000" changes it; DROPS_FILE gets the gateway's drops.
local world = {
    gateway = "10.1.0.1",           -- answers ARP on port 0
    gateway_mac = "02:00:00:00:00:01",
    neighbour = "10.2.0.10",        -- whom the far gateway asks for on port 1
    first = "10.2.0.10", sas = 1000, -- addresses that have a tunnel
    captured_sas = 1000,            -- SAs of a sealed capture
    capacity = 2000000,             -- packets a second that the gateways take
    generator = 10000000,           -- packets a second that Pktgen can send
    speed = 10000,                  -- Mbit/s
    loss = 0,                       -- share that is lost whatever the rate,
    loss_ends = math.huge,          -- up to this second
    noise = 0,                      -- packets a second that others send to port 1
    noise_tx = 0,                   -- packets a second that port 0 sends though nobody asked
    own_loss = 0,                   -- share of what arrives that Pktgen itself loses
    asks = 0, asks_far = 0,         -- seconds from one time that the gateway at port 0 asks by ARP to the next, and at port 1
    asked = 1,                      -- questions at each of these times
    stretch = 1,                    -- times as long as they say that delays last
    hurry = 1,                      -- times the pace that is asked for, as after a time without a CPU
    lag = 0,                        -- milliseconds that the gateways hold a packet
    leak = 0,                       -- share of what must be dropped that comes out
    answers = 1,                    -- IKE answers to one request
    captured = "replay",            -- what the capture is to the gateway: replay, ike, unknown_spi, or sealed: opened each time
    fresh = 0,                      -- packets of the capture that the gateway opens before they are what they are
    arp_silent = 0, link_down = 0, black_hole = 0, trickle = 0, ports = 2, latency_lost = 0, loop = 0, dies_at_start = 0,
}
for name, value in (os.getenv("STANDIN") or ""):gmatch("([%w_]+)=(%S+)") do
    if world[name] == nil then error("the stand-in's world has no " .. name) end
    world[name] = type(world[name]) == "number" and tonumber(value) or value
end
-- The link of the self-test says in a file whether it carries (link_standin.py). Its other end is gateway and destination.
if os.getenv("LINK") then
    local file = assert(io.open(os.getenv("LINK")))
    if file:read("a") ~= "io" then world.arp_silent, world.black_hole = 1, 1 end
    file:close()
    world.loop, world.gateway, world.first, world.neighbour = 1, "10.9.0.2", "10.9.0.2", "10.9.0.2"
end

local drops = {}
local function drop(name, n) drops[name] = (drops[name] or 0) + n end

local function drops_write()
    local path = os.getenv("DROPS_FILE")
    if not path then return end
    local file = assert(io.open(path, "w"))
    file:write("COUNT  WHERE     DROP         MEANING\n")
    for name, n in pairs(drops) do file:write(string.format("%5d  worker 0  %s  some words\n", n, name)) end
    file:close()
end

-- ---- ports -----------------------------------------------------------------------------------------------------------

local now_ms = 0
local ports = {}
local zero = {ipackets = 0, opackets = 0, ibytes = 0, obytes = 0, ierrors = 0, oerrors = 0, rx_nombuf = 0, imissed = 0}
local function copy(t)
    local c = {}
    for k, v in pairs(t) do c[k] = v end
    return c
end
local function minus(a, b)
    local c = {}
    for k, v in pairs(a) do c[k] = math.floor(v) - math.floor(b[k]) end
    return c
end

for i = 0, world.ports - 1 do
    ports[i] = {id = i, mac = string.format("02:00:00:00:01:%02x", i), dst_mac = string.format("02:00:00:00:01:%02x", 1 - i),
                src = "192.168." .. i .. ".1", dst = "192.168." .. 1 - i .. ".1", size = 64, rate = 100, burst = 64, count = 0, sport = 1234,
                dport = 5678, proto = "tcp", mode = "single", process = false, rest = 0, hw = copy(zero), base = copy(zero), shown = copy(zero),
                last = copy(zero), arp_pkts = 0, sizes = {}, range = {}, seq = {}, lat = {on = false, num = 0}, held_arp = {}}
end

local function ip(text)
    local a, b, c, d = text:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$")
    return ((a * 256 + b) * 256 + c) * 256 + d
end

-- Packets that the real one has ready, and with them destinations of range mode.
local POOL = 24576

-- What the port sends: sizes on the wire, first destination and how many.
local function traffic(p)
    if p.mode == "range" then
        local r = p.range
        assert(r.pkt_size and r.dst_ip and r.src_ip and r.dst_mac and r.ip_proto == "udp", "range mode lacks fields")
        return {sizes = {r.pkt_size.start}, dst = r.dst_ip.start, mac = r.dst_mac.start, count = math.min(POOL, ip(r.dst_ip.max) - ip(r.dst_ip.min) + 1), dport = r.dst_port.start}
    elseif p.mode == "seq" then
        local sizes = {}
        for i = 0, p.seq_cnt - 1 do
            local s = p.seq[i] or error("packet " .. i .. " of the sequence was never set")
            sizes[#sizes + 1] = s.size
        end
        return {sizes = sizes, dst = p.seq[0].dst, mac = p.seq[0].mac, count = 1, dport = p.seq[0].dport}
    elseif p.mode == "pcap" then
        return {sizes = {204}, dst = world.gateway, mac = world.gateway_mac, count = 1, dport = 4500, captured = true}
    end
    return {sizes = {p.size}, dst = p.dst, mac = p.dst_mac, count = 1, dport = p.dport}
end

local function asked_pps(p)
    local bytes, sizes = 0, traffic(p).sizes
    for _, s in ipairs(sizes) do bytes = bytes + s + 20 end
    return world.speed * 1e6 / (bytes / #sizes * 8) * p.rate / 100
end

-- Cycles between two bursts, of a clock of 1 GHz: by the port's rate, or as they were set. All ports are of one lcore here, and it sends
-- for all of them at the pace of its first.
local HZ = 1e9
local function cycles_of(p)
    local pps = asked_pps(p)
    return p.cycles or (pps > 0 and HZ / pps or HZ) * p.burst
end
local function sent_pps(p) return HZ / cycles_of(ports[0]) * p.burst * world.hurry end

local bins = {{64, "_64"}, {127, "_65_127"}, {255, "_128_255"}, {511, "_256_511"}, {1023, "_512_1023"}, {1518, "_1024_1518"}}
local function receive(p, n, t)
    local lost = n * world.own_loss
    p.hw.ipackets = p.hw.ipackets + n - lost
    p.hw.imissed = p.hw.imissed + lost
    for _, size in ipairs(t.sizes) do
        for _, bin in ipairs(bins) do
            if size <= bin[1] then
                p.sizes[bin[2]] = (p.sizes[bin[2]] or 0) + (n - lost) / #t.sizes
                break
            end
        end
    end
end

-- ---- the network -----------------------------------------------------------------------------------------------------

local other = {[0] = ports[1], [1] = ports[0]}
local held = {}

-- For the gateway itself: IKE is answered, ESP that nobody knows and replays are dropped.
local function own_take(from, n, t, ms)
    if not t.captured then
        drop(t.dport == 4500 and "unknown_spi" or "own_unhandled", n)
    elseif world.captured == "ike" then
        receive(from, n * world.answers, t)
        return
    elseif world.captured == "sealed" then
        receive(other[from.id], n * math.min(1, world.sas / world.captured_sas) * (1 - world.loss), t)
        return
    else
        local opened = math.min(n, world.fresh)
        world.fresh = world.fresh - opened
        receive(other[from.id], math.min(opened, world.capacity * ms / 1000), t)
        drop(world.captured, n - opened)
    end
    if world.leak > 0 then receive(other[from.id], n * world.leak, t) end
end

-- Whether the far gateway knows its neighbour: it asks until Pktgen answers, which does so when it was told to.
local function neighbour_known(p)
    if p.process and p.src == world.neighbour then return true end
    p.arp_pkts, p.hw.ipackets = p.arp_pkts + 1, p.hw.ipackets + 1
    return false
end

local function forward(from, n, t, ms)
    local to = other[from.id]
    if not to or world.link_down == 1 or t.mac ~= world.gateway_mac or world.black_hole == 1 then return end
    if t.dst == world.gateway and world.loop == 0 then return own_take(from, n, t, ms) end
    if t.dst ~= world.first then return drop("no_route", n) end
    if not neighbour_known(to) then return drop("no_neighbour", n) end
    n = n * math.min(1, world.sas / t.count)
    n = math.min(n, world.capacity * ms / 1000) * (1 - (now_ms < world.loss_ends * 1000 and world.loss or 0))
    if world.trickle == 1 then n = math.min(n, now_ms % 1000 == 0 and 1 or 0) end
    if to.lat.on and from.lat.on and world.latency_lost == 0 then to.lat.num = to.lat.num + 1 end
    if world.lag > 0 then held[#held + 1] = {at = now_ms + world.lag, port = to, n = n, t = t} else receive(to, n, t) end
end

-- What the gateways held, and let go now.
local function held_receive()
    while held[1] and held[1].at <= now_ms do
        local h = table.remove(held, 1)
        receive(h.port, h.n, h.t)
    end
end

-- A question by ARP that left: the gateway's answer is read by a port that processes what it receives.
local function arp_leave(p)
    for _, address in ipairs(p.held_arp) do
        local answered = address == world.gateway and world.arp_silent == 0 and world.link_down == 0
        if answered and p.process and p.dst == address then p.dst_mac = world.gateway_mac end
    end
    p.held_arp = {}
end

local function step(ms)
    for _, p in pairs(ports) do
        local n = 0
        if p.sending then
            local exact = math.min(sent_pps(p), world.generator) * ms / 1000 + p.rest
            n = math.floor(exact)
            p.rest = exact - n
            if p.left then
                n = math.min(n, p.left)
                p.left = p.left - n
                p.sending = p.left > 0
            end
            arp_leave(p)
            forward(p, n, traffic(p), ms)
        end
        if p.id == 0 then n = n + world.noise_tx * ms / 1000 end
        if p.id == 1 then receive(p, world.noise * ms / 1000, {sizes = {64}}) end
        local every = p.id == 0 and world.asks or world.asks_far
        local asked = every > 0 and now_ms % (every * 1000) == 250 and world.asked or 0
        p.arp_pkts = p.arp_pkts + asked
        p.hw.ipackets = p.hw.ipackets + asked
        p.hw.opackets = p.hw.opackets + n + (p.process and asked or 0)
    end
    now_ms = now_ms + ms
    held_receive()
    if now_ms % 1000 == 0 then
        for _, p in pairs(ports) do
            p.last, p.shown = p.shown, minus(p.hw, p.base)
        end
    end
end

-- ---- calls -----------------------------------------------------------------------------------------------------------

local function complain(...) error(string.format(...), 3) end

-- Ports of a list: "0", "0,1", "all".
local function listed(list)
    local found = {}
    if list == "all" then
        for _, p in pairs(ports) do found[#found + 1] = p end
    else
        for word in tostring(list):gmatch("[^,]+") do found[#found + 1] = ports[tonumber(word)] or complain("invalid portlist: %s", word) end
    end
    return #found > 0 and found or complain("invalid portlist")
end

local checks = {
    port = function(v) return type(v) == "string" or type(v) == "number" end,
    text = function(v) return type(v) == "string" end,
    number = function(v) return tonumber(v) ~= nil end,
    -- A float that is no whole number is refused by the real one, and so is text that is none.
    integer = function(v) return tonumber(v) ~= nil and math.tointeger(tonumber(v)) ~= nil end,
    state = function(v) return v == "on" or v == "off" or v == "enable" or v == "disable" end,
    mac = function(v) return type(v) == "string" and v:match("^%x%x:%x%x:%x%x:%x%x:%x%x:%x%x$") end,
    address = function(v) return type(v) == "string" and v:match("^%d+%.%d+%.%d+%.%d+$") end,
    network = function(v) return type(v) == "string" and v:match("^%d+%.%d+%.%d+%.%d+/%d+$") end,
    edge = function(v) return v == "start" or v == "inc" or v == "min" or v == "max" end,
    size = function(v) return math.tointeger(v) and v >= 64 and v <= 1518 end,
}

-- A call: its name, the kinds of its arguments, what it does.
local function call(into, name, kinds, act)
    into[name] = function(...)
        if select("#", ...) ~= #kinds then complain("%s, wrong number of arguments", name) end
        for i, kind in ipairs(kinds) do
            if not checks[kind]((select(i, ...))) then complain("%s, argument %d is no %s: %s", name, i, kind, tostring((select(i, ...)))) end
        end
        return act(...)
    end
end

local function each(act)
    return function(list, ...)
        for _, p in ipairs(listed(list)) do act(p, ...) end
    end
end

local function told(act)
    return function(list, ...)
        local t = {n = 0}
        for _, p in ipairs(listed(list)) do t[p.id], t.n = act(p, ...), t.n + 1 end
        return t
    end
end

local calls, range = {}, {}
local settings = {
    count = function(p, v) p.count = v end,
    size = function(p, v) p.size = checks.size(v) and v or complain("size %s is not from 64 to 1518", v) end,
    rate = function(p, v) p.rate = v > 0 and v <= 100 and v or complain("rate %s is not of 0 to 100", v) end,
    burst = function(p, v) p.burst = v end,
    cycles = function(p, v) p.cycles = v end,
    sport = function(p, v) p.sport = v end,
    dport = function(p, v) p.dport = v end,
    ttl = function() end,
    seq_cnt = function(p, v) p.seq_cnt, p.mode = v, v > 0 and "seq" or "single" end,
}
call(calls, "set", {"port", "text", "number"}, each(function(p, what, v)
    local set = settings[what] or complain("set does not support %s", what)
    if what == "size" or what == "rate" or what == "burst" then p.cycles = nil end
    set(p, tonumber(v))
end))
call(calls, "set_mac", {"port", "text", "mac"}, each(function(p, which, mac)
    if which == "dst" then p.dst_mac = mac elseif which == "src" then p.mac = mac else complain("set_mac knows src and dst, not %s", which) end
end))
calls.set_ipaddr = function(...)
    local list, which, address = ...
    if select("#", ...) ~= 3 then complain("set_ipaddr, wrong number of arguments") end
    if which == "src" and not checks.network(address) then complain("set_ipaddr src is address/prefix, not %s", tostring(address)) end
    if which == "dst" and not checks.address(address) then complain("set_ipaddr dst is an address, not %s", tostring(address)) end
    if which ~= "src" and which ~= "dst" then complain("set_ipaddr knows src and dst, not %s", tostring(which)) end
    for _, p in ipairs(listed(list)) do p[which] = address:match("^[^/]+") end
end
call(calls, "set_proto", {"port", "text"}, each(function(p, proto)
    p.proto = (proto == "udp" or proto == "tcp" or proto == "icmp") and proto or complain("set_proto knows udp, tcp, icmp, not %s", proto)
end))
call(calls, "set_type", {"port", "text"}, each(function(_, v) if v ~= "ipv4" then complain("set_type %s", v) end end))
call(calls, "process", {"port", "state"}, each(function(p, v) p.process = v == "on" or v == "enable" end))
call(calls, "send_arp", {"port", "text"}, each(function(p, what)
    if what:sub(1, 1) == "g" then complain("a gratuitous ARP is not what the scripts want") end
    if p.mode == "pcap" then complain("a packet of the capture would go with the question by ARP") end
    p.held_arp[#p.held_arp + 1] = p.dst
end))
call(calls, "start", {"port"}, each(function(p)
    if p.mode == "pcap" and not p.pcap then complain("no capture") end
    p.sending, p.left = true, p.count > 0 and p.count or nil
end))
call(calls, "stop", {"port"}, each(function(p)
    if p.sending then arp_leave(p) end
    p.sending = false
end))
call(calls, "delay", {"integer"}, function(ms)
    local left = ms * world.stretch
    while left > 0 do
        local part = math.min(left, 10 - now_ms % 10)
        step(part)
        left = left - part
    end
    drops_write()
end)
local function clear(p)
    p.base, p.shown, p.last = copy(p.hw), copy(zero), copy(zero)
    p.arp_pkts, p.sizes, p.lat.num = 0, {}, 0
end
call(calls, "clear", {"port"}, each(clear))
call(calls, "clr", {}, function() for _, p in pairs(ports) do clear(p) end end)
call(calls, "screen", {"state"}, function() end)
call(calls, "portCount", {}, function() return world.ports end)
call(calls, "linkState", {"port"}, told(function() return world.link_down == 1 and "<--Down-->" or "<UP-" .. world.speed .. "-FD>" end))
call(calls, "portStats", {"port", "text"}, told(function(p, kind)
    if kind == "port" then return copy(p.shown) end
    if kind == "rate" then return minus(p.shown, p.last) end
    complain("portStats knows port and rate, not %s", kind)
end))
call(calls, "pktStats", {"port"}, told(function(p)
    local lat = {num_pkts = p.lat.num, num_skipped = 0, min_us = 10.5, avg_us = 20.25, max_us = 99.5}
    return {arp_pkts = p.arp_pkts, echo_pkts = 0, ip_pkts = 0, mac_addr = p.mac, latency = lat}
end))
call(calls, "portSizes", {"port"}, told(function(p)
    local t = {runt = 0, jumbo = 0, broadcast = 0, multicast = 0}
    for _, bin in ipairs(bins) do t[bin[2]] = math.floor(p.sizes[bin[2]] or 0) end
    return t
end))
call(calls, "portInfo", {"port"}, told(function(p)
    return {info = {tx_rate = p.rate, pkt_size = p.size, tx_debug = {tx_pps = math.floor(asked_pps(p)), tx_cycles = math.floor(cycles_of(p))},
                    l2_l3_info = {src_ip = p.src .. "/24", dst_ip = p.dst, dst_mac = p.dst_mac, src_mac = p.mac}}}
end))
call(calls, "pcap", {"port", "state"}, each(function(p, v)
    if not p.pcap then complain("the real one is silent: port %d has no capture (-s)", p.id) end
    p.mode = v == "on" and "pcap" or "single"
end))
call(calls, "set_range", {"port", "state"}, each(function(p, v) p.mode = v == "on" and "range" or "single" end))
calls.latency = function(list, what, v)
    for _, p in ipairs(listed(list)) do
        if what == "rate" then
            if not math.tointeger(v) then complain("latency rate is whole microseconds, not %s", tostring(v)) end
        elseif v ~= nil or not checks.state(what) then
            complain("latency, invalid arguments: %s", tostring(what))
        else
            p.lat.on = what == "on" or what == "enable"
        end
    end
end
-- 23.06 takes the port list of these from their first argument, which is the number of the packet.
calls.seqTable = function() complain("seqTable sets another port than it is told") end
calls.seq = function() complain("seq sets another port than it is told") end
-- A file of commands; it knows the one that the scripts write.
call(calls, "load", {"text"}, function(path)
    if path:find("%.lua") then complain("load: %s is taken for a script", path) end
    for line in io.lines(path) do
        local i, list, mac, _, dst, _, sport, dport, size = line:match(
            "^seq (%d+) (%S+) dst (%x[%x:]+) src (%x[%x:]+) dst ([%d.]+) src ([%d.]+/%d+) sport (%d+) dport (%d+) ipv4 udp vlan 1 size (%d+)$")
        if not i then complain("load, cannot read: %s", line) end
        if not checks.size(tonumber(size)) then complain("load, size %s", size) end
        for _, p in ipairs(listed(list)) do
            p.seq[tonumber(i)] = {mac = mac, dst = dst, sport = tonumber(sport), dport = tonumber(dport), size = tonumber(size)}
        end
    end
end)
call(calls, "quit", {}, function() drops_write() os.exit(0) end)

for name, kind in pairs({src_ip = "address", dst_ip = "address", src_port = "integer", dst_port = "integer", pkt_size = "integer", dst_mac = "mac"}) do
    call(range, name, {"port", "edge", kind}, each(function(p, edge, v)
        p.range[name] = p.range[name] or {}
        p.range[name][edge] = v
    end))
end
call(range, "ip_proto", {"port", "text"}, each(function(p, v) p.range.ip_proto = v end))

local function closed(t, what)
    return setmetatable(t, {__index = function(_, name) error("attempt to call a nil value (" .. what .. " '" .. tostring(name) .. "')", 2) end})
end
calls.range = closed(range, "field of pktgen.range")
pktgen = closed(calls, "field of pktgen") -- a global, as in the real one

-- ---- the command line ------------------------------------------------------------------------------------------------

local script, i = nil, 1
while arg[i] do
    if arg[i] == "-f" then script = arg[i + 1] end
    if arg[i] == "-s" then
        local port, path = arg[i + 1]:match("^(%d+):(.+)$")
        assert(io.open(path, "rb"), "cannot open the capture"):close()
        ports[tonumber(port)].pcap, ports[tonumber(port)].mode = path, "pcap"
    end
    i = i + 1
end
print("stand-in for Pktgen 23.06.1")
-- As the real one ends where it cannot start: a word, and status 0.
if world.dies_at_start == 1 then
    print("scrn_constructor: tcgetattr failed")
    os.exit(0)
end
local ok, problem = pcall(dofile, script)
-- The real one would say so and stay at its prompt.
if not ok then print(problem) end
os.exit(0)
