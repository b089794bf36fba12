/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From options to ports, streams and meters. Of the hosts on one side there is one for each SA: on that of
 * gateway 2, or behind the peer whose keys were made by hand.
 */
#include "gen_bench.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <rte_cycles.h>
#include <rte_ethdev.h>

#define POOL_PKTS 16383u

/* Opens the ports and tells each whose host it is. */
static int ports_open(struct gen_bench *b)
{
    const struct gen_args *a = b->args;
    for (uint32_t i = 0; i < GEN_PORTS; i++) {
        struct gen_port *p = &b->port[b->n_ports];
        if (!a->device[i])
            continue;
        *p = (struct gen_port){.label = (char)('A' + i),
                               .device = a->device[i],
                               .address = a->address[i],
                               .gateway = a->gateway[i]};
        if (i < 2 && (a->way == GEN_BOTH || i == 1)) {
            p->hosts = a->hosts[i];
            p->n_hosts = a->way == GEN_BOTH && i == 1 ? a->sas : 1;
        }
        int rc = gen_port_open(p, b->pool);
        if (rc)
            return rc;
        b->n_ports++;
    }
    struct gen_port *flooded = &b->port[a->device[2] ? 2 : 0];
    if (!strcmp(a->scenario, "ike-flood")) {
        flooded->hosts = flooded->address + 1;
        flooded->n_hosts = a->flood_sources;
    }
    return 0;
}

/* What is sent from A, and from B; of those hosts that there are several of, there is one for each SA. */
static void flow_set(const struct gen_args *a, struct meter_flow *f, bool is_from_b)
{
    *f = (struct meter_flow){.kind = METER_PLAIN,
                             .sas = a->sas,
                             .inner_src = a->hosts[is_from_b],
                             .inner_dst = a->hosts[!is_from_b],
                             .is_src_varied = a->way == GEN_BOTH ? is_from_b : !is_from_b,
                             .inner_sport = a->sport,
                             .inner_dport = a->dport,
                             .is_esn = a->is_esn};
    if (a->way == GEN_IN && !is_from_b) {
        f->kind = a->is_plain_esp ? METER_ESP : METER_NATT;
        f->outer_src = a->address[0];
        f->outer_dst = a->gateway[0];
        f->outer_port = a->natt_port;
    }
}

static int streams_init(struct gen_bench *b, const uint8_t *keymat, uint32_t keymat_bytes)
{
    const struct gen_args *a = b->args;
    struct gen_stream *flood = &b->stream[GEN_FLOOD];
    int rc = 0;
    for (uint32_t i = 0; !rc && i < GEN_STREAMS; i++) {
        struct gen_stream *s = &b->stream[i];
        if (i == GEN_FLOOD || i < b->n_ports) {
            flow_set(a, &s->flow, i == 1);
            rc = meter_flow_init(&s->flow, keymat, keymat_bytes);
            for (uint32_t sa = 0; !rc && a->seq && sa < a->sas; sa++)
                s->flow.seq[sa] = a->seq - 1;
            if (!rc)
                rc = gen_stream_init(s, &b->port[i == GEN_FLOOD ? (a->device[2] ? 2 : 0) : i], (uint8_t)i);
        }
    }
    if (!rc)
        flood->ike = (struct gen_ike){.src = flood->port->address + 1,
                                      .sources = a->flood_sources,
                                      .dst = flood->port->gateway,
                                      .rng = rte_rdtsc() | 1};
    return rc;
}

/* What opens the packets that the gateway seals. */
static int opener_init(struct gen_bench *b, const uint8_t *keymat, uint32_t bytes)
{
    b->opener = (struct meter_flow){
        .kind = METER_SINK, .sas = 1, .is_esn = b->args->is_esn, .is_salted = true, .spi = b->args->spi_out};
    return meter_flow_init(&b->opener, keymat, bytes);
}

/* What is to come to each port. */
static int meters_init(struct gen_bench *b)
{
    const struct gen_args *a = b->args;
    int rc = 0;
    for (uint32_t i = 0; !rc && i < GEN_PORTS; i++) {
        rc = gen_meter_init(&b->meter[i], a->sas);
        if (i >= b->n_ports)
            continue;
        const uint8_t stream = b->n_ports == 1 ? 0 : (uint8_t)!i;
        const struct meter_flow *f = &b->stream[stream].flow;
        b->meter[i].expect = (struct gen_expect){.stream = stream,
                                                 .sa_base = f->is_src_varied ? f->inner_src : f->inner_dst,
                                                 .is_sa_src = f->is_src_varied,
                                                 .is_sealed = a->way == GEN_OUT && i == 0,
                                                 .key = b->opener.key ? &b->opener : NULL};
    }
    return rc;
}

int gen_bench_open(struct gen_bench *b, const uint8_t *keymat, const uint8_t *keymat_out, uint32_t bytes)
{
    b->hz = (double)rte_get_tsc_hz();
    b->pool = rte_pktmbuf_pool_create("traffic", POOL_PKTS, 256, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
                                      (int)rte_socket_id());
    int rc = b->pool ? ports_open(b) : -ENOMEM;
    if (!rc)
        rc = streams_init(b, keymat, bytes);
    if (!rc && keymat_out)
        rc = opener_init(b, keymat_out, bytes);
    if (!rc)
        rc = meters_init(b);
    if (rc == -ENOMEM)
        fprintf(stderr, "culvert-bench traffic: no memory for packets\n");
    return rc;
}

uint64_t gen_bench_next(const struct gen_bench *b)
{
    const struct meter_flow *f = &b->stream[0].flow;
    uint64_t most = 0;
    for (uint32_t i = 0; f->seq && i < f->sas; i++)
        most = f->seq[i] > most ? f->seq[i] : most;
    return most + 1;
}

void gen_bench_close(struct gen_bench *b)
{
    for (uint32_t i = 0; i < b->n_ports; i++)
        gen_port_close(&b->port[i]);
    for (uint32_t i = 0; i < GEN_STREAMS; i++)
        gen_stream_fini(&b->stream[i]);
    for (uint32_t i = 0; i < GEN_PORTS; i++)
        gen_meter_fini(&b->meter[i]);
    meter_flow_fini(&b->opener);
    rte_mempool_free(b->pool);
}
