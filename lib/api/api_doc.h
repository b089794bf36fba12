/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The documents of all commands. Times are seconds, counts are whole numbers, SPIs are hexadecimal text
 * ("0x01c2a3b4"), endpoints "192.0.2.1:4500", identities as in the configuration. A client must ignore
 * members that it does not know.
 *
 * A list that may be long comes in pages, between which the daemon serves its peers: when "next" is there,
 * there is more, and the same request with args.after = next gets it. No id comes twice; SAs that begin in
 * between come at the end, and one that was rekeyed is told as it was and once more as its heir.
 *
 * Lists are narrowed by args: name (a pattern of connections' names; * stands for any text, ? for a
 * character), peer (address, network, endpoint or identity), spi (of an IKE SA or a child, either side's),
 * state ("up" or "down"). Each command says which it takes. Pages may be empty then, and still have a "next".
 *
 * status
 *   version, config, pid, uptime_s, hugepages, poll, stopping, reloads,
 *   restart_pending: [key] of the configuration that was loaded last and is not in force ("ports.in.mtu"),
 *   connections, ike_sas, half_open, child_sas, childless (IKE SAs that are up without one),
 *   established, failed, moves, failures, lab (keys made by hand are allowed), manual_sas (pairs that have
 *   such keys; absent: not a laboratory),
 *   workers: [ as in show workers ], drops: [ {name, count, help} ] the five largest, largest first
 *
 * show connections                                  args: connection, after, name, peer, state (optional)
 *   next (absent: that was all; after a reload it is refused)
 *   connections: in the order of the configuration [ {name, state: "up" | "childless" (the IKE SA is up, and
 * no child) | "connecting" | "closing" | "down" (start, and not up) | "waiting" (for the peer's call),
 * local_id, remote_id, remote_address, start, encapsulation, tcp (as configured), fragmentation, icmp_errors,
 * peer (endpoint, when up), by_tcp (with it), hint (a sentence, when it waits for the peer's call), sas,
 * totals: {in_pkts, in_bytes, ...} as in show counters of a connection, children: [ {name, up, local:
 * [network], remote: [network]} ] } ]
 *
 * show sas                                          args: connection, after, name, peer, spi, state
 * (optional) next (absent: that was all) sas: [ {id, connection, state, version (of IKE: 2 or 1), role:
 * "initiator" | "responder", spi_i, spi_r, local, remote, local_id, remote_id, also_ids: [identity] (who the
 * peer is by its further rounds of authentication; absent: it had one), proposal, encapsulated, transport (of
 * ESP: "ESP" as such, "UDP", "TCP"), age_s, rekey_in_s (absent: never), idle_s, retransmits, moves, ppk (a
 * post-quantum preshared key is in its keys), remote_inner: [address] that the peer has from our pools,
 * local_inner: [address] that we have from the peer, interface: of this machine that has those (absent: none
 * has), dns: [address] that it told with them (each absent: none), mobike (either side may go on from another
 * address), path_mtu: {bytes, found_by: "port" | "icmp" | "probe", probed}, refused (an error that came in
 * clear while connecting; a better answer is waited for; absent: none), children: [ {name, spi_in, spi_out,
 * proposal, mode: "transport" (absent: tunnel), local: [network], remote: [network], age_s, rekey_in_s,
 * replaced, in: {pkts, bytes, seq, idle_s}, out:
 * {...}, replay, bad_icv, bad_trailer, policy, limit, inner_mtu, owner_in, owner_out, stray_in, stray_out,
 * shared (so many SAs of the child carry its packets, each for its worker, owner_out; absent: the peer did
 * not agree to several), priority, standby (of several with a priority and these selectors, another one
 * sends; both absent: it has none)} ] } ] (the members from `in` on are absent when the data path does not
 * know the SA; idle_s: never when absent)
 *
 * show pools                                        args: after
 *   next (absent: that was all; after a reload it is refused)
 *   pools (first page): [ {name, addresses: [range], size, reserved (for identities by rows, in use or not),
 * free (nobody has, is kept, or has reserved), in_use, kept (for who had it), lease_s} ]; a last one without
 * a name: addresses in use that are in no pool leases: in no order [ {address, pool (absent: none), id,
 * state: "in use" | "kept", since_s} ]
 *
 * show bypass
 *   bypass: [ {local: [network], remote: [network], pkts, bytes (of IP packets that it let by in clear, both
 * ways, since the row is there; of rows that overlap, the one of the longest prefix has it)} ], bypassed
 * (packets of all, those of rows that are gone too)
 *
 * show manual                                       args: connection (optional)
 *   lab, manual: [ {name, state: "up" | "down", sas (pairs that are up), count (as configured), encryption,
 * transport ("UDP" | "ESP"), esn, replay_window, peer, local: [network], remote: [network] of all pairs,
 * first_spi_out; while it is up: nonce (hexadecimal: what our keys are made with, another one each time),
 * age_s, from, first_spi_in, totals: as in show connections} ]
 *
 * show spis                                         args: connection (optional), after
 *   next (absent: that was all)
 *   sas: of keys made by hand, in the order of their networks [ {connection, index, spi_in, spi_out, remote:
 * [network], in: {pkts, bytes, seq}, out: {...}, replay, bad_icv, bad_trailer, policy, limit} ] (from `in` on
 * absent when the data path does not know the SA)
 *
 * show ports
 *   ports: [ {name, device, driver, reason (of its choice; absent: configured), role, mac, mtu, addresses:
 * [text], addresses_from ("configuration" or "host"), gateway, link, rx_queues, tx_queues, rx_pkts, rx_bytes,
 * tx_pkts, tx_bytes, tx_full, missed, no_buffer, rx_errors, tx_errors, neighbours: [ {address, mac, resolved}
 * ], host (absent: none): {interface, in_pkts, in_bytes, in_lost, out_pkts, out_bytes, out_lost} } ]
 *
 * show counters                                     args: connection (optional)
 *   about: [ {group, title, counters: [ {name, unit: "count" | "pkts" | "bytes" | "cycles",
 *       kind: "counter" | "gauge" (goes up and down) | "drop" (a counter of what was lost), help} ]} ]
 *     in the order to show it; the member that `group` names has the values by name, or, when the group says
 *     each: true, objects by place that have them:
 *   data_path: {rx_pkts, ...} of all workers together, ike: {packets_in, ...}, control: {reloads, ...},
 *   node: {rehomed, ...} of the node's own upkeep, ICMP errors by what became of them among it,
 *   ports, devices: {NAME: {...}}, hosts: {INTERFACE: {...}}
 *   drops: [ {name, count, help} ] in the order of the path, zeros too;
 *   of a connection: about, connection, and its totals in two groups, traffic (absent: the data path does not
 *     know it) and ike. They only grow, over rekeys, reconnects and reloads, as long as the configuration has
 *     a connection of this name.
 *
 * show drops
 *   drops: [ {where: "worker 0" | "port NAME" | "host INTERFACE" | "IKE", name, count, help} ], zeros too
 *
 * show nat                                          args: connection, after, name, peer, spi (optional)
 *   next (absent: that was all), public_addresses: [text],
 *   peers: [ {connection, remote_id, encapsulated, transport (as in show sas),
 *     local:  {seen, behind_nat, dialled (public address that the peer called, proved by its hash; absent:
 *              unknown)},
 *     remote: {seen, behind_nat, announced (absent: not the seen address; only its hash is known)},
 *     of both, behind a NAT: nat: {keeps_ports (as seen from here; absent: unknown), new_ports (to new
 * mappings), pools (it went from one address to another by itself)}, mapping_held_s, mapping_lost_s (a
 * silence that its NAT kept the mapping through, and one that it did not; absent: not seen yet), keepalive_s
 * (the silence after which we use it again; absent: we send none), remapped: {address (of the peer's, which
 * another peer has, too), here (what stands for it on our side)} (absent: its own everywhere), moves, mobike,
 * further: [text] (addresses of the peer's, as it says), path_mtu, explanation} ]
 *
 * show failures                                     args: connection, name, peer (optional)
 *   total, connection (as asked for), failures: [ {kind, first, last (UTC text), count, connection, child,
 * local, remote, local_id, remote_id, notify, what, nearest, why, fix_here, fix_peer} ] newest first; empty
 * texts are absent
 *
 * doctor                                            args: connection, heard (optional): {udp_500, udp_4500,
 * tcp_4500}, each "answered" | "refused" | "silent" | "not asked": what the client heard when it asked the
 * peer's ports connection, bad (how many are warnings or faults), findings: [ {name, level: "fault" |
 * "warning" | "note" | "ok", seen, means, fix_here, fix_peer (sentences; absent: there is nothing to say)} ]
 * the worst first, peer: {address, name (absent: not configured), up}
 *
 * export                                            args: connection, for (a word of explain_dialects()),
 * secrets: bool (optional: the pre-shared key is in it) for, what (what it is), text: the configuration of
 * the other side
 *
 * show workers
 *   workers: [ {worker, core, load_percent (since start), the counters of data_path in show counters,
 * dropped, stuck_s and stuck (why; absent: it makes turns)} ]
 *
 * initiate                                          args: connection, child (optional: this one)
 *   {} at once for a call; children (how many are asked for), note (a sentence), when the IKE SA is up and
 *   lacks them. Progress is in show sas, an end in show failures. Of keys made by hand: done (true), note
 *
 * redirect                                          args: connection (optional: all), to
 *   clients: how many peers are sent there
 *
 * terminate                                         args: connection, child (optional: this one)
 *   {}
 *
 * rekey                                             args: connection, child (optional: this one), what: "ike"
 * | "child" (default) | "auth" (a new IKE SA with its children beside the old one, which is closed then)
 *   {}
 *
 * reload                                            args: plan: bool (only tell)
 *   is_plan, operations: [ {type, name} ] (conf_op_name: connections by name, keys by path), needs_restart,
 *   warnings: [ {path, text, file (absent: the main one)} ]
 */
