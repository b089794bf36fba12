/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which connection was probably meant. The search looks at every connection, so it is a job of the least
 * urgent class, it is made for what is news only, and few are out at a time: what strangers say they are
 * costs the control core the same whatever the configuration. It ranks, and proves nothing.
 */
#include "explain_int.h"

#include <string.h>
#include "base_addr.h"
#include "base_span.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_fail.h"
#include "ike_index.h"
#include "ike_job.h"
#include "ike_path.h"
#include "ike_pattern.h"
#include "ike_peer.h"
#include "ike_wait.h"
#include "wire_ike.h"

#define SEARCHES_MAX   16u  /* out at a time */
#define DISTANCE_CONNS 1000 /* beyond that many connections only ends in common count */
#define DISTANCE_BYTES 64
#define DISTANCE_SCORE 90

static size_t near_min3(size_t a, size_t b, size_t c)
{
    const size_t m = a < b ? a : b;
    return m < c ? m : c;
}

/* The part of an identity that is left, cut to a length that costs little. */
static struct base_span near_middle(const struct ike_id *id, size_t head, size_t tail)
{
    const size_t len = id->len - head - tail;
    struct base_reader r = base_reader(base_span(id->bytes, id->len));
    base_read_span(&r, head);
    return base_read_span(&r, len < DISTANCE_BYTES ? len : DISTANCE_BYTES);
}

static size_t near_edits(struct base_span a, struct base_span b)
{
    size_t row[DISTANCE_BYTES + 1];
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            const size_t above = row[j];
            row[j] = near_min3(row[j] + 1, row[j - 1] + 1, diagonal + (a.ptr[i - 1] != b.ptr[j - 1]));
            diagonal = above;
        }
    }
    return row[b.len];
}

/* How many bytes two identities differ by, about. */
static size_t near_distance(const struct ike_id *x, const struct ike_id *y, bool is_exact)
{
    size_t head = 0, tail = 0;
    const size_t both = x->len < y->len ? x->len : y->len;
    while (head < both && x->bytes[head] == y->bytes[head])
        head++;
    while (tail < both - head && x->bytes[x->len - 1 - tail] == y->bytes[y->len - 1 - tail])
        tail++;
    if (!is_exact)
        return (x->len > y->len ? x->len : y->len) - head - tail;
    return near_edits(near_middle(x, head, tail), near_middle(y, head, tail));
}

static bool near_is_addr(const struct ike_id *id, const struct base_addr *a)
{
    const uint8_t type = a->family == BASE_AF_IP4 ? WIRE_IKE_ID_IP4 : WIRE_IKE_ID_IP6;
    return id->type == type && memcmp(id->bytes, a->bytes, id->len) == 0;
}

/* An identity that is looked for. */
struct near_want {
    const struct ike_id *id;
    uint32_t hash;
};

static bool near_is_like(const struct near_want *want, const struct ike_id *id)
{
    return want->id->type && want->id->type == id->type && ike_index_hash(id) == want->hash;
}

/* Whether a connection is for this identity, by its name or by a pattern. */
static bool near_is_for(const struct near_want *remote, const struct ike_conn_conf *c)
{
    struct ike_probes probes;
    struct ike_id probe;
    if (!c->remote_id.pattern)
        return near_is_like(remote, &c->remote_id);
    ike_probes_start(&probes, remote->id, ike_index_shapes(c->conf));
    while (ike_probes_next(&probes, &probe))
        if (probe.pattern == c->remote_id.pattern &&
            near_is_like(&(struct near_want){&probe, ike_index_hash(&probe)}, &c->remote_id))
            return true;
    return false;
}

static unsigned near_score(const struct ike_conn_conf *c, const struct ike_path *path,
                           const struct near_want *remote, const struct near_want *asked)
{
    unsigned score = 0;
    if (near_is_for(remote, c))
        score += 1000;
    if (near_is_addr(&c->remote_id, &path->remote.addr) ||
        base_addr_equal(&c->remote_addr, &path->remote.addr))
        score += 400;
    if (near_is_like(asked, &c->local_id))
        score += 200;
    if (ike_peer_is_candidate(c, path))
        score += 100;
    const size_t d = near_distance(&c->remote_id, remote->id, c->conf->n_conns <= DISTANCE_CONNS);
    return score + (d < DISTANCE_SCORE ? (unsigned)(DISTANCE_SCORE - d) : 0);
}

static const struct explain_search *search_of(const struct ike_job *job)
{
    return (const struct explain_search *)job;
}

static int search_run(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    struct explain_search *s = (struct explain_search *)job;
    const struct near_want remote = {&s->remote, ike_index_hash(&s->remote)};
    const struct near_want asked = {&s->asked, ike_index_hash(&s->asked)};
    unsigned most = 0;
    (void)ops;
    for (size_t i = 0; i < s->conf->n_conns; i++) {
        const unsigned score = near_score(&s->conf->conns[i], &s->path, &remote, &asked);
        if (!s->found || score > most) {
            s->found = &s->conf->conns[i];
            most = score;
        }
    }
    return 0;
}

static void search_drop(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    (void)ops;
    ike_conf_put(search_of(job)->conf);
}

static const struct ike_job_kind search_kind = {"nearest", sizeof(struct explain_search), search_run,
                                                search_drop};

static void search_is_over(struct ike *ike, uint64_t sa_id, struct ike_job *job)
{
    const struct explain_search *s = search_of(job);
    (void)sa_id;
    ike->fail.searches--;
    if (job->status == 0)
        s->tell(ike, s);
}

void explain_search(struct ike *ike, enum ike_audit_kind kind, struct explain_about about,
                    const struct ike_id *remote, const struct ike_id *asked, explain_search_fn *tell)
{
    if (ike->fail.searches >= SEARCHES_MAX || !ike_fail_is_news(ike, kind, &about.path->remote, NULL) ||
        !ike_fail_may_search(ike, ike->conf->n_conns))
        return;
    struct ike_job *job = ike_job_new(&search_kind);
    if (!job)
        return;
    struct explain_search *s = (struct explain_search *)job;
    job->urgency = IKE_JOB_WORDS;
    job->from = about.path->remote.addr;
    s->conf = ike_conf_get(ike->conf);
    s->ike_id = about.ike_id;
    s->path = *about.path;
    s->remote = *remote;
    s->asked = *asked;
    s->tell = tell;
    ike->fail.searches += ike_wait_for(ike, job, 0, search_is_over) != 0;
}
