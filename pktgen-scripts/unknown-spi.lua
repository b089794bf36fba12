-- SPDX-License-Identifier: BSD-3-Clause
-- UDP to port 4500 with Pktgen's filling, which reads as ESP with SPI 0x6b6c6d6e: every packet must be dropped and
-- counted as an unknown SPI, at full rate. DST is the gateway's own outside address.
local lib = require "lib"
lib.setup()
pktgen.set(lib.tx, "dport", 4500)
pktgen.set(lib.tx, "sport", lib.number("SPORT", 4500))
local sent, received = lib.trial(lib.seconds)
lib.result("unknown-spi", "size", lib.size, "sent", sent, "passed", received)
pktgen.quit()
