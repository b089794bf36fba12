-- SPDX-License-Identifier: BSD-3-Clause
-- A steady load, RATE (10 percent) for SECONDS, and every EVERY (5) seconds the command REKEY, which replaces the tunnel's keys:
-- REKEY="ssh gateway culvertctl rekey foo". Loss must be no more than TOLERANCE (0): RATE must be well below the no-drop rate.
local lib = require "lib"
local command = lib.required("REKEY", "the command that replaces the tunnel's keys; REKEY=\"ssh gateway culvertctl rekey foo\"")
local every = lib.integer("EVERY", 5, 1, 3600)
local tolerance = lib.number("TOLERANCE", 0, 0, 1)
if lib.seconds <= every then lib.fail("SECONDS is %d, and the first rekeying would be after EVERY, %d: let it last longer", lib.seconds, every) end

lib.check()
lib.rate_set(lib.number("RATE", 10, 0.001, 100))
local before = lib.trial(lib.seconds)
lib.arrived_check(before)
if before.loss > tolerance then
    lib.fail("without any rekeying a share of %.6f is lost: lower RATE, so that what is lost later is the rekeying's", before.loss)
end
local count = 0
local t = lib.trial(lib.seconds, function(second)
    if second % every ~= 0 or second == lib.seconds then return end
    lib.command("REKEY", command)
    count = count + 1
end)
lib.arrived_check(t)
local lost = math.max(0, t.sent - t.received)
lib.figure("lost", "packets", {lost}, {size_bytes = lib.frame_size(), sas = 1}, t.reason)
lib.figure("rekeyings", "number", {count}, {size_bytes = lib.frame_size(), sas = 1})
if t.loss > tolerance then lib.fail("%d rekeyings lost %d of %d packets; without them none was lost", count, lost, t.sent) end
lib.pass("%d rekeyings, %d of %d packets lost", count, lost, t.sent)
