-- SPDX-License-Identifier: BSD-3-Clause
-- Timed trials and what they mean: rates, loss, and when a figure is the generator's own and not the gateway's.
local rows = require "lib_rows"
local ready = require "lib_ready"

local load = {}

load.seconds = rows.integer("SECONDS", 10, 4, 86400)  -- of each trial
load.rounds_wanted = rows.integer("ROUNDS", 3, 1, 1000)

-- Why the figures of a trial are Pktgen's and not the gateway's, or nil.
local function disturbed(t)
    if t.own_loss > 0 then return string.format("Pktgen itself lost %d packets that came to it", t.own_loss) end
    if t.sent_rate < 0.9 * t.asked then
        return string.format("Pktgen sent %d packets a second of the %d that it was asked for: it is the limit", t.sent_rate, t.asked)
    end
    if t.sent_rate > 1.5 * t.asked then
        return string.format("Pktgen sent %d packets a second, and was asked for %d: what it had no CPU to send in time it sends at once", t.sent_rate, t.asked)
    end
    return nil
end

-- Sends for some seconds, and calls `meanwhile(second)` in each if it is given. The rates are Pktgen's own of whole seconds; a
-- script's delays are no clock.
function load.trial(seconds, meanwhile)
    ready.clear()
    local sent_rates, received_rates = {}, {}
    local asked = ready.asked_rate()
    ready.start()
    for second = 1, seconds do
        pktgen.delay(1000)
        if second > 2 then -- the first second that is shown was not a whole one
            sent_rates[#sent_rates + 1] = ready.counters(ready.tx, "rate").opackets
            received_rates[#received_rates + 1] = ready.counters(ready.rx, "rate").ipackets
        end
        if meanwhile then meanwhile(second) end
    end
    pktgen.stop(ready.tx)
    ready.settle()
    local sent, received = ready.moved()
    local rx = ready.counters(ready.rx)
    local t = {sent = sent, received = received, asked = asked,
               own_loss = rx.imissed + rx.ierrors + rx.rx_nombuf,
               sent_rate = rows.summary(sent_rates).median, received_rate = rows.summary(received_rates).median}
    if t.sent == 0 then rows.fail("port %s sent nothing in %d s: is Pktgen's lcore of that port running (MAP)?", ready.tx, seconds) end
    t.loss = math.max(0, (t.sent - t.received) / t.sent)
    t.reason = disturbed(t)
    return t
end

-- That a trial of what must come out is one: not a total loss, and not somebody else's packets.
function load.arrived_check(t)
    if t.received < 0.01 * t.sent then rows.fail("%s", ready.nothing_arrives(t.sent, t.received)) end
    if t.received > t.sent * 1.001 + 100 then
        rows.fail("port %s received %d packets of the %d that were sent: another source sends there too", ready.rx, t.received, t.sent)
    end
end

-- Why a trial's figures are not those of so many SAs, or nil.
local function too_few(t, sas)
    if t.sent >= sas then return nil end
    return string.format("%d packets were sent, so not each of %d SAs had one: RATE or SECONDS is too little", t.sent, sas)
end

-- ROUNDS trials, one row each for received_rate, sent_rate and loss. `more`: columns. Returns the greatest loss.
function load.rounds(more)
    local lists, reason = {received_rate = {}, sent_rate = {}, loss = {}}, nil
    for i = 1, load.rounds_wanted do
        local t = load.trial(load.seconds)
        load.arrived_check(t)
        for name, list in pairs(lists) do list[i] = t[name] end
        reason = reason or t.reason or too_few(t, more and more.sas or 1)
    end
    local columns = {size_bytes = ready.size_told(), sas = 1}
    for name, v in pairs(more or {}) do columns[name] = v end
    rows.figure("received_rate", "packets/s", lists.received_rate, columns, reason)
    rows.figure("sent_rate", "packets/s", lists.sent_rate, columns, reason)
    rows.figure("loss", "share", lists.loss, columns, reason)
    return rows.summary(lists.loss).max, rows.summary(lists.received_rate).median
end

-- What a command prints, or the end of the scenario when it fails.
function load.command(name, line)
    local pipe = assert(io.popen(line .. " 2>&1"))
    local text = pipe:read("a")
    local ok = pipe:close()
    if not ok then rows.fail("the command of %s failed: %s: %s", name, line, text) end
    return text
end

-- The gateway's drops by name, from DROPS, a command that prints what `culvertctl show drops` does: COUNT WHERE DROP MEANING.
function load.drops()
    local counts = {}
    for line in load.command("DROPS", rows.text("DROPS")):gmatch("[^\n]+") do
        local count, rest = line:match("^%s*(%d+)%s+(.*)$")
        local name = rest and rest:match("%s%s+([%w_]+)%s%s+")
        if name then counts[name] = (counts[name] or 0) + math.tointeger(count) end
    end
    return counts
end

-- The name of the drop that grew most between two, and by how much.
local function most_grown(before, after)
    local most, by = "none", 0
    for name, count in pairs(after) do
        local grown = count - (before[name] or 0)
        if grown > by then most, by = name, grown end
    end
    return most, by
end

-- A flood of which every packet is to be dropped for the reason `wanted`, and none to come out. `hint`: what else may be the matter.
function load.dropped_rounds(wanted, hint)
    rows.required("DROPS", "the gateway's counters are the only proof that packets which do not come out were dropped for the right reason; "
        .. "DROPS=\"ssh gateway culvertctl show drops\"")
    local function flood(send)
        local before = load.drops()
        local sent, received, sent_rate = send()
        local after = load.drops()
        local grown = (after[wanted] or 0) - (before[wanted] or 0)
        if received > 50 then rows.fail("%d of %d packets came out at port %s, and none may", received, sent, ready.rx) end
        if grown < 0.95 * sent then
            local most, by = most_grown(before, after)
            rows.fail("of %d packets sent the gateway dropped %d as %s (most: %s, %d): %s", sent, grown, wanted, most, by, hint)
        end
        return sent_rate and sent_rate * grown / sent
    end
    flood(function() return ready.few_send(100) end)
    local list = {}
    for i = 1, load.rounds_wanted do
        list[i] = flood(function()
            local t = load.trial(load.seconds)
            return t.sent, t.received, t.sent_rate
        end)
    end
    rows.figure("dropped_rate", "packets/s", list, {size_bytes = ready.size_told()})
    return rows.summary(list).median
end

return load
