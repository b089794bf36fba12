/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What NAT does to each peer, from the NAT detection hashes (RFC 7296 2.23). A hash covers address and port
 * as their owner knows them, so a match tells that nobody rewrote them, and a match with one of
 * nat.public_addresses tells which of our addresses the peer dialled.
 */
#include "ctl_api_cmd.h"

#include "base_text.h"
#include "ctl_json.h"
#include "ctl_page.h"

static void explain_local(struct base_text *t, const struct ike_sa_view *v)
{
    char at[BASE_ENDPOINT_TEXT_MAX], dialled[BASE_ADDR_TEXT_MAX];
    base_endpoint_text(&v->path.local, at);
    if (!v->local_nat)
        base_text_add(t, "Nobody rewrites our address %s. ", at);
    else if (v->public_addr.family != BASE_AF_NONE)
        base_text_add(t, "We are behind a NAT: the peer dials %s, which arrives at %s. ",
                      base_addr_text(&v->public_addr, dialled), at);
    else
        base_text_add(
            t,
            "We are behind a NAT: what arrives at %s was sent to another address (or the peer forces "
            "encapsulation); list our public addresses in nat.public_addresses to learn which. ",
            at);
}

static void explain_remote(struct base_text *t, const struct ike_sa_view *v)
{
    char seen[BASE_ENDPOINT_TEXT_MAX], id_text[BASE_ADDR_TEXT_MAX];
    base_endpoint_text(&v->path.remote, seen);
    if (!v->remote_nat) {
        base_text_add(t, "The peer has %s itself.", seen);
        return;
    }
    base_text_add(t, "The peer is behind a NAT (or forces encapsulation): %s is not what it calls itself.",
                  seen);
    if (v->remote_id.type != WIRE_IKE_ID_IP4)
        return;
    const struct base_addr id = base_addr_from_bytes(BASE_AF_IP4, v->remote_id.bytes);
    if (base_addr_is_private(&id))
        base_text_add(t, " Its identity %s is probably its private address.", base_addr_text(&id, id_text));
}

static json_t *explanation(const struct ike_sa_view *v)
{
    char buf[640];
    struct base_text t = base_text(buf, sizeof buf);
    explain_local(&t, v);
    explain_remote(&t, v);
    return ctl_json_text(buf);
}

static json_t *side(const struct base_endpoint *seen, bool behind_nat)
{
    json_t *o = json_object();
    ctl_json_set(o, "seen", ctl_json_endpoint(seen));
    ctl_json_set(o, "behind_nat", json_boolean(behind_nat));
    return o;
}

/* What the NAT of a side seems to be, as far as that showed. */
static void kind(json_t *side, bool knows_ports, bool keeps_ports, const struct ike_mapping_view *m,
                 bool pools)
{
    json_t *o = json_object();
    if (knows_ports)
        ctl_json_set(o, "keeps_ports", json_boolean(keeps_ports));
    if (m->gives_others)
        ctl_json_set(o, "new_ports", json_true());
    if (pools)
        ctl_json_set(o, "pools", json_true());
    ctl_json_set(side, "nat", o);
    if (m->held_s)
        ctl_json_num(side, "mapping_held_s", m->held_s);
    if (m->lost_s)
        ctl_json_num(side, "mapping_lost_s", m->lost_s);
}

static json_t *peer(const struct ike_sa_view *v)
{
    json_t *o = json_object(), *places = json_array();
    json_t *local = side(&v->path.local, v->local_nat), *remote = side(&v->path.remote, v->remote_nat);
    if (v->public_addr.family != BASE_AF_NONE)
        ctl_json_set(local, "dialled", ctl_json_addr(&v->public_addr));
    else if (v->local_hash_matches)
        ctl_json_set(local, "dialled", ctl_json_addr(&v->path.local.addr));
    if (v->remote_hash_matches)
        ctl_json_set(remote, "announced", ctl_json_addr(&v->path.remote.addr));
    ctl_json_set(o, "connection", ctl_json_text(v->conn));
    ctl_json_set(o, "remote_id", ctl_json_id(&v->remote_id));
    ctl_json_set(o, "encapsulated", json_boolean(v->way != ESP_WAY_ESP));
    ctl_json_set(o, "transport", json_string(esp_way_name(v->way)));
    ctl_json_set(o, "local", local);
    ctl_json_set(o, "remote", remote);
    /* The hash that tells which address the peer dialled covers a port of IKE, too. */
    if (v->local_nat)
        kind(local, v->public_addr.family != BASE_AF_NONE, true, &v->local_mapping, false);
    if (v->remote_nat)
        kind(remote, !v->path.tcp, v->path.remote.port == IKE_PORT_NATT || v->path.remote.port == IKE_PORT,
             &v->remote_mapping, v->has_addresses);
    /* Only the side behind the NAT keeps its mapping alive (RFC 3948 4). */
    if (v->keepalive_s)
        ctl_json_num(o, "keepalive_s", v->keepalive_s);
    if (v->remap_here.family != BASE_AF_NONE)
        ctl_json_set(o, "remapped",
                     json_pack("{s:o, s:o}", "address", ctl_json_addr(&v->remap_real), "here",
                               ctl_json_addr(&v->remap_here)));
    ctl_json_num(o, "moves", v->moves);
    ctl_json_set(o, "mobike", json_boolean(v->is_mobile));
    for (size_t i = 0; i < v->n_places; i++)
        json_array_append_new(places, ctl_json_addr(&v->places[i]));
    ctl_json_set(o, "further", places);
    if (v->path_mtu)
        ctl_json_set(o, "path_mtu", ctl_json_path_mtu(v));
    ctl_json_set(o, "explanation", explanation(v));
    return o;
}

json_t *ctl_show_nat(struct ctl *ctl, const json_t *args, struct ctl_refusal *refusal)
{
    const struct ike_conf *ike = ctl->conf->ike;
    struct ike_sa_view view;
    struct ctl_page page;
    struct ctl_filter filter;
    if (!ctl_filter_read(&filter, CTL_BY_CONNECTION | CTL_BY_NAME | CTL_BY_PEER | CTL_BY_SPI, ike, args,
                         refusal) ||
        !ctl_page_begin(&page, args, refusal))
        return NULL;
    filter.wants_up = true;
    json_t *peers = json_array(), *addresses = json_array();
    for (size_t i = 0; i < ike->n_public_addrs; i++)
        json_array_append_new(addresses, ctl_json_addr(&ike->public_addrs[i]));
    while (ctl_page_next(ctl, &page, &filter, &view))
        json_array_append_new(peers, peer(&view));
    json_t *document = json_pack("{s:o, s:o}", "public_addresses", addresses, "peers", peers);
    ctl_page_end(&page, document);
    return document;
}
