/* SPDX-License-Identifier: BSD-3-Clause */
/* Fragments: joined and cut. What a whole message means is for whoever gets it. */
#include "ikev1_frag.h"

#include <stdlib.h>
#include <string.h>
#include "base_addr.h"
#include "ike_act.h"
#include "ike_core.h"
#include "ikev1_sa.h"
#include "ikev1_tables.h"
#include "wire_v1.h"

#define FRAG_ID       1  /* the same each time a message is sent: what was lost is filled by its repetition */
#define FRAG_OVER_IP4 32 /* IP, UDP and the marker of port 4500 */
#define FRAG_OVER_IP6 52
#define FRAG_S        30u /* from the first fragment until the rest must be there */
#define FRAG_LEAST    548 /* bytes of an IP packet, whatever is configured */

struct ikev1_frag {
    uint16_t id;
    uint8_t last; /* number; 0: it is not there yet */
    uint64_t seen;
    size_t bytes;
    base_time ends_at; /* of a message that is not whole by then */
    struct ike_blob pieces[IKEV1_FRAGS_MAX];
};

static void frag_empty(struct ike *ike, struct ikev1_frag *f)
{
    for (size_t i = 0; i < IKEV1_FRAGS_MAX; i++)
        ike_blob_free(&f->pieces[i]);
    ike->v1->frag_bytes -= f->bytes;
    *f = (struct ikev1_frag){.id = 0};
}

void ikev1_frag_free(struct ike *ike, struct ikev1_sa *sa)
{
    if (!sa->frag)
        return;
    frag_empty(ike, sa->frag);
    free(sa->frag);
    sa->frag = NULL;
}

base_time ikev1_frag_ends_at(const struct ikev1_sa *sa)
{
    return sa->frag && sa->frag->seen ? sa->frag->ends_at : BASE_TIME_NEVER;
}

/* The fragment that is all of a datagram. */
static bool frag_read(struct base_span datagram, struct wire_v1_fragment *out)
{
    struct wire_ike_hdr hdr;
    struct wire_v1_plds plds;
    struct base_reader r = base_reader(datagram);
    base_read_span(&r, WIRE_IKE_HDR_BYTES);
    return wire_v1_hdr_parse(datagram, &hdr) == WIRE_IKE_OK && hdr.next == WIRE_V1_P_FRAGMENT &&
           wire_v1_plds_parse(hdr.next, base_read_rest(&r), false, &plds) == WIRE_IKE_OK && plds.count == 1 &&
           wire_v1_fragment_parse(plds.list[0].body, out) == WIRE_IKE_OK;
}

/* Whether it may be kept beside what is there. */
static bool frag_fits(const struct ike *ike, const struct ikev1_frag *f, const struct wire_v1_fragment *in)
{
    if (in->number > IKEV1_FRAGS_MAX || (f->last && in->number > f->last))
        return false;
    if (in->is_last && (f->last || (in->number < IKEV1_FRAGS_MAX && f->seen >> in->number)))
        return false; /* another end, or something stands behind it */
    return f->bytes + in->data.len <= IKEV1_FRAG_BYTES_MAX &&
           ike->v1->frag_bytes + in->data.len <= IKEV1_FRAG_ALL_MAX;
}

static bool frag_keep(struct ike *ike, struct ikev1_frag *f, const struct wire_v1_fragment *in)
{
    if (ike_blob_set(&f->pieces[in->number - 1u], in->data) < 0)
        return false;
    f->seen |= UINT64_C(1) << (in->number - 1u);
    f->last = in->is_last ? in->number : f->last;
    f->bytes += in->data.len;
    ike->v1->frag_bytes += in->data.len;
    return true;
}

static bool frag_is_whole(const struct ikev1_frag *f)
{
    return f->last && f->seen == UINT64_MAX >> (IKEV1_FRAGS_MAX - f->last);
}

static bool frag_join(const struct ikev1_frag *f, struct ike_blob *whole)
{
    uint8_t *joined = malloc(f->bytes);
    if (!joined)
        return false;
    struct base_writer w = base_writer(joined, f->bytes);
    for (size_t i = 0; i < f->last; i++)
        base_write_span(&w, ike_blob_span(&f->pieces[i]));
    const bool ok = ike_blob_set(whole, base_writer_span(&w)) == 0;
    free(joined);
    return ok;
}

/* Both have said that they join them. */
static bool frag_is_agreed(const struct ike *ike, const struct ikev1_sa *sa)
{
    return ike->conf->fragment_bytes && ikev1_sa_knows(sa, WIRE_V1_V_FRAGMENTATION);
}

/* The first answer of a peer that we call may come so: what it says of itself is in there. */
static bool frag_may_come(const struct ike *ike, const struct ikev1_sa *sa)
{
    return frag_is_agreed(ike, sa) || (ike->conf->fragment_bytes && sa->is_initiator && !sa->spi_r);
}

bool ikev1_frag_take(struct ike *ike, struct ikev1_sa *sa, const struct ike_path *path,
                     struct base_span datagram, struct ike_blob *whole)
{
    struct wire_v1_fragment in;
    /* Ports change while phase 1 is under way (RFC 3947 4). */
    if (!frag_may_come(ike, sa) || !base_addr_equal(&path->remote.addr, &sa->path.remote.addr) ||
        !frag_read(datagram, &in)) {
        ike->stats.dropped_malformed++;
        return false;
    }
    if (!sa->frag)
        sa->frag = calloc(1, sizeof *sa->frag);
    struct ikev1_frag *f = sa->frag;
    if (!f)
        return false;
    if (f->seen && f->id != in.id)
        frag_empty(ike, f);
    if (!f->seen)
        f->ends_at = base_time_add(ike->now, FRAG_S * BASE_NS_PER_S);
    f->id = in.id;
    ikev1_sa_touch(ike, sa);
    if (in.number <= IKEV1_FRAGS_MAX && f->seen & UINT64_C(1) << (in.number - 1u))
        return false; /* once more */
    if (!frag_fits(ike, f, &in)) {
        ike->stats.dropped_capped++;
        frag_empty(ike, f);
        return false;
    }
    if (!frag_keep(ike, f, &in) || !frag_is_whole(f))
        return false;
    const bool ok = frag_join(f, whole);
    ikev1_frag_free(ike, sa);
    return ok;
}

/* Bytes of a message that go into a datagram. */
static size_t frag_room(const struct ike *ike, const struct ike_path *path)
{
    const size_t over = path->remote.addr.family == BASE_AF_IP4 ? FRAG_OVER_IP4 : FRAG_OVER_IP6;
    const size_t packet = ike->conf->fragment_bytes < FRAG_LEAST ? FRAG_LEAST : ike->conf->fragment_bytes;
    return packet - over;
}

void ikev1_frag_send(struct ike *ike, const struct ikev1_sa *sa, const struct ike_path *path,
                     struct base_span bytes)
{
    uint8_t datagram[UINT16_MAX];
    struct wire_ike_hdr hdr;
    const size_t room = frag_room(ike, path), each = room - WIRE_V1_FRAGMENT_BYTES;
    if (!frag_is_agreed(ike, sa) || bytes.len <= room || bytes.len > each * IKEV1_FRAGS_MAX ||
        wire_v1_hdr_parse(bytes, &hdr) != WIRE_IKE_OK) {
        ike_act_send(ike, path, bytes);
        return;
    }
    struct base_reader r = base_reader(bytes);
    for (uint8_t number = 1; base_reader_left(&r); number++) {
        const size_t left = base_reader_left(&r), len = left < each ? left : each;
        const struct wire_v1_fragment f = {
            .id = FRAG_ID, .number = number, .is_last = len == left, .data = base_read_span(&r, len)};
        struct wire_ike_builder b = wire_ike_build(datagram, sizeof datagram, &hdr);
        wire_v1_put_fragment(&b, &f);
        ike_act_send(ike, path, wire_ike_finish(&b));
    }
}
