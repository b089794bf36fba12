-- SPDX-License-Identifier: BSD-3-Clause
-- IMIX 7:4:1 of 64, 570 and 1420 bytes, interleaved, as a sequence of twelve packets.
local lib = require "lib"
local sizes = {64, 570, 64, 64, 570, 64, 1420, 64, 570, 64, 570, 64}
lib.setup()
for i, size in ipairs(sizes) do
    pktgen.seqTable(i - 1, lib.tx, {
        ["eth_dst_addr"] = lib.gateway_mac,
        ["eth_src_addr"] = lib.text("SRC_MAC", "02:00:00:00:01:01"),
        ["ip_dst_addr"] = lib.dst,
        ["ip_src_addr"] = lib.src .. "/24",
        ["sport"] = lib.number("SPORT", 1024),
        ["dport"] = lib.number("DPORT", 9),
        ["ethType"] = "ipv4",
        ["ipProto"] = "udp",
        ["vlanid"] = 1,
        ["pktSize"] = size,
        ["gtpu_teid"] = 0,
    })
end
pktgen.set(lib.tx, "seq_cnt", #sizes)
lib.run_once("imix")
