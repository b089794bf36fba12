#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Sends frames of a kind to a gateway's inside port and prints how many answers of each sort came back.

manners.py PORT MAC LAN LAN6 FAR KIND: MAC is the gateway's, LAN the first three numbers of the inside network and LAN6 the
beginning of the IPv6 one (the gateway has .1 and :1, this host .10 and :10), FAR a host behind the peer. KIND is untagged,
priority, other, double, or a single sort of multicast: dhcp, ospf, mld.
"""
import sys
import time

from scapy.all import (ARP, BOOTP, DHCP, ICMP, IP, UDP, AsyncSniffer, Dot1Q, Ether, ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6MLReport,
                       ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6NDOptSrcLLAddr, IPv6, Raw, conf, get_if_hwaddr, sendp)

BROADCAST = "ff:ff:ff:ff:ff:ff"
TAGS = {"untagged": (), "priority": (Dot1Q(vlan=0, prio=5),), "other": (Dot1Q(vlan=5),), "double": (Dot1Q(vlan=0), Dot1Q(vlan=5))}
ANSWERS = {
    "arp": lambda p: ARP in p and p[ARP].op == 2,
    "tunnel": lambda p: ICMP in p and p[ICMP].type == 0,
    "own6": lambda p: ICMPv6EchoReply in p,
    "nd": lambda p: ICMPv6ND_NA in p and p[ICMPv6ND_NA].S == 1,
    "tagged": lambda p: Dot1Q in p,
}


def heads(me, to, tags):
    frame = Ether(src=me, dst=to)
    for tag in tags:
        frame = frame / tag.copy()
    return frame


def questions(me, mac, lan, lan6, far, tags):
    group = "ff02::1:ff00:1"
    return [
        heads(me, BROADCAST, tags) / ARP(op=1, hwsrc=me, psrc=lan + ".10", pdst=lan + ".1"),
        heads(me, mac, tags) / IP(src=lan + ".10", dst=far) / ICMP(id=7, seq=1) / Raw(b"manners"),
        heads(me, mac, tags) / IPv6(src=lan6 + ":10", dst=lan6 + ":1") / ICMPv6EchoRequest(id=7, seq=1),
        heads(me, "33:33:ff:00:00:01", tags) / IPv6(src=lan6 + ":10", dst=group, hlim=255) / ICMPv6ND_NS(tgt=lan6 + ":1")
        / ICMPv6NDOptSrcLLAddr(lladdr=me),
    ]


def groups(me, lan, lan6):
    return {
        "dhcp": Ether(src=me, dst=BROADCAST) / IP(src="0.0.0.0", dst="255.255.255.255") / UDP(sport=68, dport=67) / BOOTP()
        / DHCP(options=[("message-type", "discover"), "end"]),
        "ospf": Ether(src=me, dst="01:00:5e:00:00:05") / IP(src=lan + ".10", dst="224.0.0.5", proto=89, ttl=1) / Raw(bytes(44)),
        "mld": Ether(src=me, dst="33:33:00:00:00:16") / IPv6(src=lan6 + ":10", dst="ff02::16", hlim=1) / ICMPv6MLReport(),
    }


def main():
    port, mac, lan, lan6, far, kind = sys.argv[1:]
    conf.verb = 0
    me = get_if_hwaddr(port)
    frames = questions(me, mac, lan, lan6, far, TAGS[kind]) if kind in TAGS else [groups(me, lan, lan6)[kind]] * 3
    sniffer = AsyncSniffer(iface=port, lfilter=lambda p: Ether in p and p[Ether].src == mac and p[Ether].dst == me)
    sniffer.start()
    time.sleep(0.5)
    sendp(frames, iface=port)
    time.sleep(1)
    seen = sniffer.stop()
    print(" ".join(f"{name}={sum(map(test, seen))}" for name, test in ANSWERS.items()))


if __name__ == "__main__":
    main()
