/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A class is a line of prefixes, each a line of addresses, each a line of jobs. The first prefix lets its
 * first address give one job, then both go to the ends of their lines, or leave when they have no more.
 * Balanced trees find them, since whoever is not proved chooses addresses as he likes and must not choose how
 * long the search takes.
 */
#include "ctl_job_queue.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>

#include "ike_share.h"

struct job_line {
    void *by_addr; /* of tsearch(): all sources in the line */
    struct job_source *first, **end;
};

struct job_source {
    struct base_addr addr; /* first: the trees' nodes are compared as addresses */
    struct job_source *next;
    struct job_line addresses;    /* of a prefix */
    struct ike_job *first, **end; /* of an address */
};

struct ctl_job_queue {
    struct job_line classes[IKE_JOB_CLASSES];
};

static int source_compare(const void *a, const void *b)
{
    return base_addr_compare(a, b);
}

static void source_append(struct job_line *line, struct job_source *s)
{
    s->next = NULL;
    *line->end = s;
    line->end = &s->next;
}

/* The source with this address, made when there is none. NULL: no memory. */
static struct job_source *source_get(struct job_line *line, const struct base_addr *addr)
{
    struct job_source *const *found = tfind(addr, &line->by_addr, source_compare);
    if (found)
        return *found;
    struct job_source *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->addr = *addr;
    s->end = &s->first;
    s->addresses.end = &s->addresses.first;
    if (!tsearch(s, &line->by_addr, source_compare)) {
        free(s);
        return NULL;
    }
    source_append(line, s);
    return s;
}

struct ctl_job_queue *ctl_job_queue_new(void)
{
    struct ctl_job_queue *q = calloc(1, sizeof *q);
    for (size_t i = 0; q && i < IKE_JOB_CLASSES; i++)
        q->classes[i].end = &q->classes[i].first;
    return q;
}

static struct ike_job *source_pop(struct job_source *s);

/* One job of the first source, which goes to the end, or away when it is empty. NULL: there is none. */
static struct ike_job *line_pop(struct job_line *line)
{
    struct job_source *s = line->first;
    if (!s)
        return NULL;
    struct ike_job *job = source_pop(s);
    line->first = s->next;
    if (!line->first)
        line->end = &line->first;
    if (s->first || s->addresses.first) {
        source_append(line, s);
    } else {
        tdelete(s, &line->by_addr, source_compare);
        free(s);
    }
    return job;
}

static struct ike_job *source_pop(struct job_source *s)
{
    struct ike_job *job = s->first;
    if (!job)
        return line_pop(&s->addresses);
    s->first = job->next;
    if (!s->first)
        s->end = &s->first;
    job->next = NULL;
    return job;
}

void ctl_job_queue_free(struct ctl_job_queue *q)
{
    /* What a push without memory left behind. */
    for (size_t i = 0; q && i < IKE_JOB_CLASSES; i++)
        while (q->classes[i].first)
            line_pop(&q->classes[i]);
    free(q);
}

int ctl_job_queue_push(struct ctl_job_queue *q, struct ike_job *job)
{
    const struct base_addr key = ike_share_prefix(&job->from);
    struct job_source *prefix = source_get(&q->classes[job->urgency], &key);
    struct job_source *s = prefix ? source_get(&prefix->addresses, &job->from) : NULL;
    if (!s)
        return -ENOMEM;
    job->next = NULL;
    *s->end = job;
    s->end = &job->next;
    return 0;
}

struct ike_job *ctl_job_queue_pop(struct ctl_job_queue *q)
{
    struct ike_job *job = NULL;
    for (size_t i = 0; i < IKE_JOB_CLASSES; i++) {
        while (q->classes[i].first && !(job = line_pop(&q->classes[i])))
            continue; /* a prefix that a push without memory left behind */
        if (job)
            break;
    }
    return job;
}
