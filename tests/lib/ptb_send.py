#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Answers a large packet of a gateway with "fragmentation needed", as a router does that quotes little.

ptb_send.py PORT GATEWAY MTU QUOTED [COUNT [PORTS_OFF]]: waits on PORT for an ESP packet in UDP of GATEWAY's with more than
150 bytes, and sends COUNT errors that quote its IP header and QUOTED bytes more. PORTS_OFF is added to the quoted
destination port: a forgery by somebody who does not know it.
"""
import sys

from scapy.all import ICMP, IP, UDP, Raw, conf, get_if_addr, send, sniff


def main():
    port, gateway, mtu, quoted = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    count, off = (int(text) for text in (sys.argv[5:] + ["1", "0"][len(sys.argv) - 5:]))
    conf.verb = 0
    seen = sniff(iface=port, count=1, timeout=10,
                 lfilter=lambda p: IP in p and UDP in p and p[IP].src == gateway and p[UDP].sport == 4500 and len(p) > 150)
    if not seen:
        raise SystemExit(f"no large ESP packet of {gateway} on {port}")
    quote = bytearray(bytes(seen[0][IP])[:20 + quoted])
    if off:
        quote[22:24] = (seen[0][UDP].dport + off).to_bytes(2, "big")
    error = IP(src=get_if_addr(port), dst=gateway) / ICMP(type=3, code=4, nexthopmtu=mtu) / Raw(bytes(quote))
    send([error] * count, iface=port)


if __name__ == "__main__":
    main()
