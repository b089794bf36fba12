# SPDX-License-Identifier: BSD-3-Clause
"""Transport mode against scapy's IPsec layer, in UDP and not, with a NAT before either side: what scapy's peer seals with its own
addresses comes to the host with those that the host knows and checksums that scapy finds right for them, and the other way round."""
import struct

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6EchoReply, IPv6
from scapy.layers.ipsec import ESP, SecurityAssociation

import esp_ref
from esp_pipe import DRAW, NOISE
from esp_ref import want

SIZES = [0, 1, 2, 3, 7, 31, 32, 100, 1000, 1331]
# Ours as it is, the peer as we see it; ours as the peer dials it, the peer as it is.
PLACES = {4: ("192.0.2.1", "192.0.2.2", "203.0.113.1", "10.99.0.5"),
          6: ("2001:db8::1", "2001:db8::2", "2001:db8:cc::1", "fd99::5")}
UPPERS = {4: (TCP, UDP, ICMP), 6: (TCP, UDP, ICMPv6EchoReply)}


def packet(version, upper, src, dst, size):
    """Made by scapy, with its checksum."""
    head = (IP if version == 4 else IPv6)(src=src, dst=dst)
    if upper is ICMP:
        made = head / ICMP(type=0, id=7)
    elif upper is ICMPv6EchoReply:
        made = head / ICMPv6EchoReply(id=7)
    else:
        made = head / upper(sport=1701, dport=40000)
    return bytes(made / NOISE[size:2 * size])


def upper_of(version, raw):
    return raw[20 if version == 4 else 40:]


def one(gateway, version, encap, upper, size, state):
    ours, seen, dialled, peer = PLACES[version]
    layer = IP if version == 4 else IPv6
    nat = UDP(sport=4500, dport=4500) if encap else None
    state["seq"] += 1
    # scapy's peer sends; the NATs give the outer packet the addresses that are known here.
    sa = SecurityAssociation(ESP, spi=state["spi"], crypt_algo="AES-GCM", crypt_key=state["key_in"], nat_t_header=nat)
    sealed = bytes(sa.encrypt(layer(packet(version, upper, peer, dialled, size)), seq_num=state["seq"]))
    esp = upper_of(version, sealed)[8 * encap:]
    drops, out = gateway.passes("O", [esp_ref.outer_make(version, encap, esp)])
    want(not drops and [port for port, _ in out] == ["H"], f"opened: {drops} {[port for port, _ in out]}")
    got = layer(out[0][1])
    want((got.src, got.dst) == (seen, ours), f"addresses {got.src} {got.dst}")
    want(upper_of(version, out[0][1]) == upper_of(version, packet(version, upper, seen, ours, size)), "upper layer, with its checksum")
    # The host answers; the peer's kernel would mend or pass over the checksum, so here it is the host's own.
    plain = packet(version, upper, ours, seen, size)
    drops, out = gateway.passes("H", [plain])
    want(not drops and [port for port, _ in out] == ["O"], f"sealed: {drops} {[port for port, _ in out]}")
    sa = SecurityAssociation(ESP, spi=state["spi_out"], crypt_algo="AES-GCM", crypt_key=state["key_out"], nat_t_header=nat)
    outer = layer(out[0][1])
    want((outer.src, outer.dst) == (ours, seen), "outer addresses")
    want(bool(encap) == (UDP in outer) and ESP in outer, "ESP as it should go")
    # Of UDP over IPv6 scapy 2.5 leaves the header before what it has opened.
    opened = sa.decrypt(layer(bytes(layer(src=ours, dst=seen) / outer[ESP])) if version == 6 else outer)
    want(upper_of(version, bytes(opened)) == upper_of(version, plain), "what the host sent")


def transport(gateway):
    count = 0
    for version in (4, 6):
        for encap in (0, 1):
            ours, seen, dialled, peer = PLACES[version]
            keys = DRAW.randbytes(20), DRAW.randbytes(20)
            spi_out = DRAW.randrange(256, 1 << 32)
            bits = 32 if version == 4 else 128
            answer = gateway.ask((f"Tencr=aes128gcm16 key_in={keys[0].hex()} key_out={keys[1].hex()} esn=0 encap={encap} outer={version} "
                                  f"window=64 spi_out={spi_out} local_ts={ours}/{bits} remote_ts={seen}/{bits} here={ours},{seen} "
                                  f"in={dialled},{peer}").encode()).decode()
            want(answer.isdigit(), f"no SA: {answer}")
            state = {"spi": int(answer), "spi_out": spi_out, "key_in": keys[0], "key_out": keys[1], "seq": 0}
            for upper in UPPERS[version]:
                for size in SIZES:
                    try:
                        one(gateway, version, encap, upper, size, state)
                    except (esp_ref.Wrong, struct.error) as wrong:
                        raise esp_ref.Wrong(f"{upper.__name__} of {size} bytes, IPv{version}, encap {encap}: {wrong}") from None
                    count += 2
            gateway.ask(f"R{answer}".encode())
    print(f"ok transport mode, {count} packets of TCP, UDP and ICMP both ways, IPv4 and IPv6, UDP or not, NATs on both sides (oracle: scapy)",
          flush=True)
