/* SPDX-License-Identifier: BSD-3-Clause */
/* The NAT map: one tree for each public address, with who sits behind it. */
#include "cli_int.h"

#include <inttypes.h>
#include <string.h>
#include "base_text.h"

#define ADDRESS_MAX 64

/* The address of an endpoint: "192.0.2.1:4500" or "[2001:db8::1]:4500". *port: what stands behind it. */
static void map_address(const char *endpoint, char out[ADDRESS_MAX], const char **port)
{
    const char *colon = strrchr(endpoint, ':');
    const size_t from = endpoint[0] == '[', len = colon ? (size_t)(colon - endpoint) - 2 * from : 0;
    const size_t n = len < ADDRESS_MAX ? len : ADDRESS_MAX - 1;
    memcpy(out, endpoint + from, n);
    out[n] = '\0';
    *port = colon ? colon + 1 : "";
}

/* Puts a peer under an address; the map owns a reference. */
static void map_put(json_t *map, const char *address, json_t *peer)
{
    json_t *peers = json_object_get(map, address);
    if (!peers) {
        peers = json_array();
        json_object_set_new(map, address, peers);
    }
    json_array_append(peers, peer);
}

/* How many of them say so of the NAT on that side: this member of what it seems to be is true, or is false.
 */
static size_t map_count(const json_t *peers, const char *side, const char *member, bool value)
{
    size_t n = 0, i;
    json_t *p;
    json_array_foreach(peers, i, p)
    {
        const json_t *is = json_object_get(json_object_get(json_object_get(p, side), "nat"), member);
        n += json_is_boolean(is) && json_is_true(is) == value;
    }
    return n;
}

/* What kind of NAT it seems to be. */
static void map_kind(struct base_text *t, const json_t *peers, const char *side)
{
    const size_t kept = map_count(peers, side, "keeps_ports", true);
    const size_t other = map_count(peers, side, "keeps_ports", false);
    if (kept)
        base_text_add(t, ", keeps ports%s", other ? " while they are free" : "");
    else if (other)
        base_text_add(t, ", gives other ports");
    if (map_count(peers, side, "new_ports", true))
        base_text_add(t, ", and a new one to a new mapping");
    if (map_count(peers, side, "pools", true))
        base_text_add(t, ", has several addresses");
}

/* How long it keeps a mapping through which nothing goes. */
static void map_life(struct base_text *t, const json_t *peers, const char *side)
{
    size_t i;
    json_t *p;
    json_array_foreach(peers, i, p)
    {
        const json_t *s = json_object_get(p, side);
        const uint64_t held = cli_num(s, "mapping_held_s"), lost = cli_num(s, "mapping_lost_s");
        if (held)
            base_text_add(t, ", keeps silent mappings %" PRIu64 " s", held);
        if (lost)
            base_text_add(t, "%s less than %" PRIu64 " s", held ? " and" : ", keeps silent mappings", lost);
        if (held || lost)
            return;
    }
}

static void map_peer(struct cli_out *out, const json_t *p, const char *side)
{
    char address[ADDRESS_MAX];
    const char *port;
    const bool is_theirs = strcmp(side, "remote") == 0;
    const json_t *remapped = is_theirs ? json_object_get(p, "remapped") : NULL;
    map_address(cli_text(json_object_get(p, side), "seen"), address, &port);
    cli_say(out, 6, "    %s (%s), %s%s%s%s%s%s", cli_text(p, "connection"), cli_text(p, "remote_id"),
            is_theirs ? "port " : "here ", is_theirs ? port : address, remapped ? ", its " : "",
            cli_text(remapped, "address"), remapped ? " is here " : "", cli_text(remapped, "here"));
}

static void map_trees(struct cli_out *out, json_t *map, const char *side, const char *whose)
{
    const char *address;
    json_t *peers, *p;
    size_t i;
    json_object_foreach(map, address, peers)
    {
        char line[256];
        struct base_text t = base_text(line, sizeof line);
        base_text_add(&t, "  %s%s", address, whose);
        map_kind(&t, peers, side);
        map_life(&t, peers, side);
        cli_say(out, 4, "%s", line);
        json_array_foreach(peers, i, p) map_peer(out, p, side);
    }
}

void cli_print_nat_map(struct cli_out *out, const json_t *peers)
{
    json_t *theirs = json_object(), *ours = json_object(), *p;
    size_t i;
    json_array_foreach(peers, i, p)
    {
        char address[ADDRESS_MAX];
        const char *port;
        const json_t *local = json_object_get(p, "local"), *remote = json_object_get(p, "remote");
        map_address(cli_text(remote, "seen"), address, &port);
        if (cli_true(remote, "behind_nat"))
            map_put(theirs, address, p);
        if (cli_true(local, "behind_nat"))
            map_put(ours, *cli_text(local, "dialled") ? cli_text(local, "dialled") : "an unknown address", p);
    }
    if (json_object_size(theirs) + json_object_size(ours))
        fputs("\nwho sits behind which NAT\n", out->file);
    map_trees(out, ours, "local", " (ours)");
    map_trees(out, theirs, "remote", "");
    json_decref(theirs);
    json_decref(ours);
}
