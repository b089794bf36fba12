-- SPDX-License-Identifier: BSD-3-Clause
-- PEERS destinations from DST upwards, one tunnel each: shows what caches cost.
local lib = require "lib"
local peers = lib.number("PEERS", 1000)
lib.setup()
lib.range_destinations(peers)
lib.run_once("many-peers", "peers", peers)
