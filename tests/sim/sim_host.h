/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A host of the simulated world: one engine, the tables that a gateway would keep for it, and what was seen
 * of it. Every call into an engine goes through here, so that actions are carried out and checked at once.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "ike.h"
#include "sim_net.h"
#include "sim_script.h"
#include "sim_watch.h"

enum sim_sa_state { SIM_SA_RESERVED, SIM_SA_INSTALLED };

/* An inbound SPI of a host, and the pair installed under it. */
struct sim_sa {
    uint32_t spi;
    enum sim_sa_state state;
    struct ike_install inst;                      /* path follows SA_REPATH; conn and child are NULL here: */
    char conn[IKE_NAME_MAX], child[IKE_NAME_MAX]; /* the configuration may go before the pair */
    uint64_t order;                               /* of installation in this host */
    uint64_t group, home; /* of a pair that shares: those that stand beside it, and its worker; else 0 */
    uint64_t out_seq, in_top;
    uint64_t in_count, out_count;
    base_time installed_at, last_in, last_out, reported;
    uint64_t seal_in, seal_out; /* fingerprints of keys and algorithms */
};

struct sim_host {
    struct sim_world *world;
    char name[16];
    struct base_addr addr;
    struct base_addr addr6;             /* that it has beside it, on the internet; family none: it has not */
    uint16_t port_mtu;                  /* 0: unknown, and no path is probed */
    struct sim_nat *nat;                /* NULL: public address */
    const struct crypt_ike_ops *crypto; /* NULL: null_ike_ops */
    int64_t (*calendar)(void *ctx);     /* NULL: it has no date */
    struct ike *ike;
    uint64_t life;               /* how many engines this host has had */
    const struct ike_conf *conf; /* our reference; NULL when it was given to nobody */
    base_time deadline;          /* of the engine, as last told */
    base_time last_timer;
    uint32_t timer_spins; /* timer calls in a row that did not move the deadline */
    bool is_closing;      /* SHUTDOWN was given */

    size_t n_sas, cap_sas;
    struct sim_sa *sas;
    uint64_t installs, removes, homes;
    size_t pairs_max; /* installed at once; more is a failure */
    struct sim_watch watch;
    struct sim_script *script; /* NULL: not recorded */

    uint32_t job_min_us, job_max_us;
    uint16_t job_fail, spi_fail; /* chances of a failing job and of a full SPI table, per mille */
    size_t jobs_running;
    uint64_t jobs_overtaken; /* jobs that were done after one that was handed out later */
    struct ike_job *jobs;    /* under way, and this host's */

    bool sends_traffic;
    uint64_t traffic_ns; /* mean time between model packets of a pair */

    uint64_t timer_calls, ike_out, ike_in, keepalives_out, init_out;
    uint64_t esp_out, esp_ok, esp_unknown;
    base_time last_esp_ok;
    uint64_t audits[64];
    struct ike_audit last_failure;
};

/* Adds a host to the world; nat may be NULL. The world owns it. */
struct sim_host *sim_host_new(struct sim_world *w, const char *name, const char *addr, struct sim_nat *nat);

/* Starts the engine with a sealed configuration; takes the caller's reference. */
void sim_host_start(struct sim_host *h, struct ike_conf *conf);

/* It is at another address from now on, behind another NAT or none (NULL), and its engine is told. */
void sim_host_move(struct sim_host *h, const char *addr, struct sim_nat *nat);

/* Has this address beside its other one from now on, or none ("" for that), and its engine is told. */
void sim_host_also(struct sim_host *h, const char *addr6);

/* Whether this is an address of the host. */
bool sim_host_has(const struct sim_host *h, const struct base_addr *addr);

/* Stops without a word, as a power cut does; tables are emptied. */
void sim_host_kill(struct sim_host *h);

void sim_host_free(struct sim_host *h);

/* A datagram arrives, addresses as this host sees them. */
void sim_host_receive(struct sim_host *h, const struct sim_dgram *d);

/* An event into the engine; its return value. */
int sim_host_event(struct sim_host *h, const struct ike_event *ev);
int sim_host_initiate(struct sim_host *h, const char *conn);
int sim_host_terminate(struct sim_host *h, const char *conn);
int sim_host_rekey(struct sim_host *h, const char *conn, bool ike);
int sim_host_reauth(struct sim_host *h, const char *conn);
void sim_host_swap(struct sim_host *h, struct ike_conf *conf); /* takes the reference */
void sim_host_shutdown(struct sim_host *h);
void sim_host_timer(struct sim_host *h);

struct sim_sa *sim_host_sa(struct sim_host *h, uint32_t spi); /* any state, or NULL */
size_t sim_host_count(const struct sim_host *h, enum sim_sa_state state);
struct ike_stats sim_host_stats(const struct sim_host *h);
/* Established IKE SAs. */
size_t sim_host_established(const struct sim_host *h);
