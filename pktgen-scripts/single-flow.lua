-- SPDX-License-Identifier: BSD-3-Clause
-- One inner flow through one tunnel: SRC to DST, SIZE bytes, RATE percent, SECONDS.
local lib = require "lib"
lib.setup()
lib.run_once("single-flow")
