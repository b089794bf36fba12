-- SPDX-License-Identifier: BSD-3-Clause
-- One inner flow through one tunnel: SRC to DST, SIZE bytes, RATE percent, ROUNDS trials of SECONDS.
local lib = require "lib"
lib.check()
local loss, rate = lib.rounds()
lib.pass("%d packets a second arrived, loss %.6f", rate, loss)
