/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A class is a line of addresses, each with its own line of jobs. The first address gives one job and goes to
 * the end, or leaves when it has no more. A balanced tree finds an address, since whoever is not proved
 * chooses addresses as he likes and must not choose how long the search takes.
 */
#include "ctl_job_queue.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>

struct job_source {
    struct base_addr addr; /* first: the tree's nodes are compared as addresses */
    struct job_source *next;
    struct ike_job *first, **end;
};

struct job_class {
    void *by_addr; /* of tsearch(): all sources in the line */
    struct job_source *first, **end;
};

struct ctl_job_queue {
    struct job_class classes[IKE_JOB_CLASSES];
};

static int source_compare(const void *a, const void *b)
{
    return base_addr_compare(a, b);
}

static void source_append(struct job_class *c, struct job_source *s)
{
    s->next = NULL;
    *c->end = s;
    c->end = &s->next;
}

/* The source with this address, made when there is none. NULL: no memory. */
static struct job_source *source_get(struct job_class *c, const struct base_addr *addr)
{
    struct job_source *const *found = tfind(addr, &c->by_addr, source_compare);
    if (found)
        return *found;
    struct job_source *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->addr = *addr;
    s->end = &s->first;
    if (!tsearch(s, &c->by_addr, source_compare)) {
        free(s);
        return NULL;
    }
    source_append(c, s);
    return s;
}

struct ctl_job_queue *ctl_job_queue_new(void)
{
    struct ctl_job_queue *q = calloc(1, sizeof *q);
    for (size_t i = 0; q && i < IKE_JOB_CLASSES; i++)
        q->classes[i].end = &q->classes[i].first;
    return q;
}

void ctl_job_queue_free(struct ctl_job_queue *q)
{
    free(q);
}

int ctl_job_queue_push(struct ctl_job_queue *q, struct ike_job *job)
{
    struct job_source *s = source_get(&q->classes[job->urgency], &job->from);
    if (!s)
        return -ENOMEM;
    job->next = NULL;
    *s->end = job;
    s->end = &job->next;
    return 0;
}

static struct ike_job *class_pop(struct job_class *c)
{
    struct job_source *s = c->first;
    if (!s)
        return NULL;
    struct ike_job *job = s->first;
    s->first = job->next;
    job->next = NULL;
    c->first = s->next;
    if (!c->first)
        c->end = &c->first;
    if (s->first) {
        source_append(c, s);
    } else {
        tdelete(s, &c->by_addr, source_compare);
        free(s);
    }
    return job;
}

struct ike_job *ctl_job_queue_pop(struct ctl_job_queue *q)
{
    struct ike_job *job = NULL;
    for (size_t i = 0; i < IKE_JOB_CLASSES && !job; i++)
        job = class_pop(&q->classes[i]);
    return job;
}
