-- SPDX-License-Identifier: BSD-3-Clause
-- What must be so before anything is measured: links up, neighbours known on both sides, counters at rest, and a first hundred
-- packets that arrive. Each that is not so ends the scenario with a sentence.
local rows = require "lib_rows"

local ready = {}

local SETTLE_MS = 1500      -- Pktgen reads its counters once a second: what one shows may be that old, and packets are still on the way
local SETTLE_SECONDS = 20   -- after which what still comes is nothing of ours
local REST_PER_SECOND = 50  -- ARP, keepalives and IKE may pass
local FIRST = 100           -- packets
local SLOW = 20000          -- packets a second: no gateway loses any of so few
local NOBODY = "02:00:00:00:00:fe"

ready.tx = rows.text("TX_PORT", "0")                     -- towards the gateway
ready.rx = rows.text("RX_PORT", "1")                     -- where what went through comes out
ready.src = rows.text("SRC", "10.1.0.10")                -- the transmitting port's own address, and source of what it sends
ready.dst = rows.text("DST", "10.2.0.10")                -- where it sends to, the first address where there are several
ready.rx_address = rows.text("RX_ADDRESS", ready.dst)    -- the receiving port's own address
ready.gateway = rows.text("GATEWAY", "10.1.0.1")         -- the gateway's address on the transmitting port's network
ready.prefix = rows.text("PREFIX", "24")
ready.size = rows.integer("SIZE", 64, 60, 9000)           -- frame bytes without frame check sequence
ready.rate = rows.number("RATE", 100, 0.001, 100)        -- percent of the link speed that the port reports
ready.sport = rows.integer("SPORT", 1024, 0, 65535)
ready.dport = rows.integer("DPORT", 9, 0, 65535)

-- What the rows have as size: a capture's is its own, unless SIZE says it.
function ready.size_told()
    if rows.text("PCAP") and not rows.text("SIZE") then return nil end
    return ready.size
end

function ready.counters(port, kind)
    return pktgen.portStats(port, kind or "port")[tonumber(port)]
end

-- ARP that came to a port since the counters were cleared.
local function arp_count(port)
    return pktgen.pktStats(port)[tonumber(port)].arp_pkts
end

-- How many packets were sent, and how many came. Pktgen counts ARP, too: what came, and its answers.
function ready.moved()
    local sent, received = ready.counters(ready.tx).opackets, ready.counters(ready.rx).ipackets
    if ready.answers then sent = math.max(0, sent - arp_count(ready.tx)) end
    return sent, math.max(0, received - arp_count(ready.rx))
end

-- Until counters show all that happened: nothing comes any more. Where CPUs are scarce that takes its time. ARP is counted at once, and
-- so no question may have come since the counters were read.
function ready.settle()
    pktgen.delay(SETTLE_MS)
    for _ = 1, SETTLE_SECONDS do
        local before, asked = ready.counters(ready.rx).ipackets, arp_count(ready.tx) + arp_count(ready.rx)
        pktgen.delay(1000)
        local is_new = arp_count(ready.tx) + arp_count(ready.rx) ~= asked
        if not is_new and ready.counters(ready.rx).ipackets - before <= REST_PER_SECOND then return end
    end
end

function ready.clear()
    pktgen.clr()
    ready.settle()
end

-- Pktgen's size has the 4 bytes of frame check sequence in it, ours has not.
function ready.size_set(size)
    ready.size = size
    pktgen.set(ready.tx, "size", math.tointeger(size) + 4)
end

function ready.rate_set(rate)
    pktgen.set(ready.tx, "rate", rate)
end

-- So slow that nothing which is lost was too much, and no faster than `rate` percent of the link, where that is given. Percent do not say
-- it: one of 100 Gbit/s is a million packets.
function ready.slow_set(rate)
    ready.rate_set(100)
    local most = ready.asked_rate()
    if most == 0 then rows.fail("port %s reports a link speed of 0, of which Pktgen sends nothing", ready.tx) end
    ready.rate_set(math.min(rate or 100, SLOW * 100 / most))
end

local function pace()
    return pktgen.portInfo(ready.tx)[tonumber(ready.tx)].info.tx_debug
end

-- Packets a second that the port is set to send.
function ready.asked_rate()
    return pace().tx_pps
end

-- Starts the port. An lcore sends for all of its ports at the pace of the first of them, so the others get that of this one.
function ready.start()
    for port = 0, pktgen.portCount() - 1 do
        if port ~= tonumber(ready.tx) then pktgen.set(tostring(port), "cycles", pace().tx_cycles) end
    end
    pktgen.start(ready.tx)
end

local function ports_check()
    for _, name in ipairs({"tx", "rx"}) do
        local port = tonumber(ready[name])
        if port == nil or port >= pktgen.portCount() then
            rows.fail("%s_PORT is %s, and Pktgen has %d ports, from 0: give it both by EAL and MAP", name:upper(), ready[name], pktgen.portCount())
        end
    end
end

local function link_check(port)
    for _ = 1, 10 do
        if pktgen.linkState(port)[tonumber(port)]:match("^<UP") then return end
        pktgen.delay(1000)
    end
    rows.fail("port %s has no link after 10 s: look at the cable, or start what is at the other end of the socket before Pktgen", port)
end

-- Sends some packets, slowly, and no faster than `rate` percent of the link, where that is given. Returns how many were sent, and how many came to the receiving port meanwhile.
local function few_send(count, rate)
    ready.clear()
    ready.slow_set(rate)
    pktgen.set(ready.tx, "count", count)
    ready.start()
    ready.settle()
    pktgen.stop(ready.tx)
    pktgen.set(ready.tx, "count", 0)
    ready.rate_set(ready.rate)
    return ready.moved()
end
ready.few_send = few_send

-- Asks for the gateway by ARP and returns its MAC address, or nil. Pktgen keeps its question in a buffer that only sending
-- empties, so a packet to nobody goes with it.
local function gateway_ask()
    pktgen.set_ipaddr(ready.tx, "dst", ready.gateway)
    for _ = 1, 3 do
        pktgen.set_mac(ready.tx, "dst", NOBODY)
        pktgen.send_arp(ready.tx, "request")
        few_send(1)
        local mac = pktgen.portInfo(ready.tx)[tonumber(ready.tx)].info.l2_l3_info.dst_mac:lower()
        if mac ~= NOBODY then return mac end
    end
    return nil
end

-- The gateway asks for our addresses too, and drops all as no_neighbour while nobody answers: Pktgen does so with an address and
-- `process`. It dies of a gratuitous ARP for the address that it sends to (23.06), so what is for the gateway itself goes
-- without `process`.
local function neighbours_check()
    pktgen.set_ipaddr(ready.tx, "src", ready.src .. "/" .. ready.prefix)
    pktgen.set_ipaddr(ready.rx, "src", ready.rx_address .. "/" .. ready.prefix)
    pktgen.process(ready.tx, "on")
    if ready.rx ~= ready.tx then pktgen.process(ready.rx, "on") end
    ready.mac = gateway_ask()
    if not ready.mac then
        rows.fail("%s does not answer ARP on port %s, asked from %s: GATEWAY is the gateway's address on that network; is it up, on this cable, with that address?",
                  ready.gateway, ready.tx, ready.src)
    end
    pktgen.set_mac(ready.tx, "dst", ready.mac)
    pktgen.set_ipaddr(ready.tx, "dst", ready.dst)
    ready.answers = ready.dst ~= ready.gateway
    if not ready.answers then pktgen.process(ready.tx, "off") end
end

local function rest_check()
    ready.clear()
    local sent, received = ready.counters(ready.tx).opackets, ready.counters(ready.rx).ipackets
    pktgen.delay(2000)
    sent = (ready.counters(ready.tx).opackets - sent) / 2
    received = (ready.counters(ready.rx).ipackets - received) / 2
    if sent > REST_PER_SECOND then
        rows.fail("counters are not at rest: port %s sends %.0f packets a second before anything was started", ready.tx, sent)
    end
    if received > REST_PER_SECOND then
        rows.fail("counters are not at rest: port %s receives %.0f packets a second while nothing is sent; stop the other source, or every figure counts it",
                  ready.rx, received)
    end
end

-- Why nothing arrives, as far as can be seen from here.
function ready.nothing_arrives(sent, received)
    local asked = pktgen.pktStats(ready.rx)[tonumber(ready.rx)].arp_pkts
    local where = "look there at culvertctl show drops (no_sa or no_policy: the tunnel is down or its subnets are others; no_route: the way to "
        .. ready.dst .. ")"
    if asked > 0 then
        where = string.format("the far gateway asks for its neighbour, %d times, and is not content: RX_ADDRESS (%s) must be what it asks for", asked,
                              ready.rx_address)
    end
    return string.format("total loss: of %d packets %d arrived at port %s. The gateway answers ARP, so it has them: %s", sent, received, ready.rx, where)
end

-- That a first hundred packets arrive, of those that the port is set to send.
function ready.first_check()
    local sent, received
    for _ = 1, 3 do -- the first may wait for an SA or a neighbour
        sent, received = few_send(FIRST)
        if sent < FIRST then rows.fail("port %s sent %d of the first %d packets: is Pktgen's lcore of that port running (MAP)?", ready.tx, sent, FIRST) end
        if received >= FIRST * 0.98 then return end
    end
    if received < FIRST * 0.05 then rows.fail("%s", ready.nothing_arrives(sent, received)) end
    rows.fail("of the first %d packets, sent slowly, only %d arrived: this is no overload; look at culvertctl show drops before measuring", sent, received)
end

-- All preconditions; `more.arrive` false: what is sent must not come out, so the first hundred are the scenario's own matter.
function ready.check(more)
    pktgen.screen("off")
    ports_check()
    pktgen.stop("all")
    link_check(ready.tx)
    link_check(ready.rx)
    pktgen.set(ready.tx, "burst", 32)
    pktgen.set(ready.tx, "sport", ready.sport)
    pktgen.set(ready.tx, "dport", ready.dport)
    if rows.text("PCAP") then pktgen.pcap(ready.tx, "off") end -- Pktgen begins with it, and what asks by ARP is no part of it
    pktgen.set_type(ready.tx, "ipv4")
    pktgen.set_proto(ready.tx, "udp")
    ready.size_set(ready.size)
    neighbours_check()
    rest_check()
    if not more or more.arrive ~= false then ready.first_check() end
end

return ready
