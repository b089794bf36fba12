/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A hash table of what carries its own nodes: an object is in as many tables as it has nodes, and costs no
 * memory but theirs. Several may have one key; whoever looks compares what it means. Thread: control.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Embedded in what is found. */
struct ike_node {
    struct ike_node *next;
    uint64_t key;
    void *owner;
    bool is_in;
};

struct ike_table {
    struct ike_node **slots;
    size_t n_slots; /* a power of two */
};

/*
 * Zeroed slots of a hash table for the whole life of the engine, its caller's to free(); NULL: no memory.
 * Every page is touched: otherwise the system gives each one when a handshake first needs it, and that takes
 * longer than the handshake's own work on it.
 */
void *ike_table_slots(size_t n, size_t bytes_each);

/* n_slots: a power of two. Keys are hashes, or numbers that are spread as such. 0, or -ENOMEM. */
int ike_table_init(struct ike_table *t, size_t n_slots);
/* What is in it is forgotten. */
void ike_table_fini(struct ike_table *t);

/* The latest comes first among those with its key. One that is in a table already is moved. */
void ike_table_add(struct ike_table *t, struct ike_node *n, uint64_t key, void *owner);
/* One that is not in it is ignored. */
void ike_table_remove(struct ike_table *t, struct ike_node *n);

/* The first one with this key behind `after` (NULL: of all). NULL: there is no more. */
struct ike_node *ike_table_next(const struct ike_table *t, uint64_t key, const struct ike_node *after);
