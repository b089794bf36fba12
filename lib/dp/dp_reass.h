/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Fragments for own addresses, put together: IPv4 and IPv6, in any order, of any size, up to the largest
 * packet. What is held is bounded per worker, per source and in time (dp_pieces.h). Thread: the
 * worker's.
 */
#include <stdbool.h>
#include <stdint.h>

struct dp_worker;
struct rte_mbuf;

/*
 * A frame with a fragment for an own address, l2 its Ethernet header's bytes, IP header and length checked by
 * the caller; takes it. is_inner: it came out of a tunnel (and l2 is 0); such pieces never meet those that
 * came in clear. Returns the whole frame when it was the last missing one, owned by the caller, else NULL.
 * The whole has an Ethernet header of l2 bytes, too, lies in one piece of memory, and may be longer than its
 * data_len (dp_large.h).
 */
struct rte_mbuf *dp_reass_ip4(struct dp_worker *w, struct rte_mbuf *m, uint8_t l2, bool is_inner);
struct rte_mbuf *dp_reass_ip6(struct dp_worker *w, struct rte_mbuf *m, uint8_t l2, bool is_inner);
