/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `culvert-bench traffic`: load for a gateway that runs, over DPDK ports, and a meter for what comes out.
 * This file starts DPDK, sets up ports, streams and meters by the options, and runs the scenario.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <rte_eal.h>

#include "bench_huge.h"
#include "bench_path.h"
#include "gen_bench.h"
#include "gen_key.h"
#include "gen_ready.h"
#include "gen_scenario.h"

#define MEM_MIB   "256"
#define EAL_WORDS 64

static const char help[] =
    "usage: culvert-bench traffic --scenario NAME --port DEVICE [--port DEVICE] --address A[,B]\n"
    "                             --gateway A[,B] [options]\n"
    "\n"
    "Loads a gateway that runs, over one or two DPDK ports of any kind, and meters what comes out by its\n"
    "content: each packet carries a number and the time it was sent at. Before anything is measured the\n"
    "links must be up, the gateways must answer ARP, the ports be at rest, and a first hundred packets\n"
    "arrive; else a sentence says what is wrong, and the status is 1, as it is when all is lost.\n"
    "\n"
    "    two gateways (--way both)         A -- [inside 1 outside] == [outside 2 inside] -- B\n"
    "    one opens (in) or seals (out)     A -- [outside, inside] -- B, with keys by hand\n"
    "\n"
    "scenarios\n"
    "    single-flow  a steady --rate              sweep        each of --rate with each of --sizes\n"
    "    ndr          the highest rate without loss, and with one of --tolerance (RFC 2544 26.1)\n"
    "    imix         7:4:1 of 64, 570, 1420       many-sas     packets change among --sas tunnels\n"
    "    latency      at --share of --rate         soak         a row each minute of --seconds\n"
    "    rekey        while --rekey runs each --every seconds; tells the longest gap\n"
    "    reorder      shuffled over --depth        ike-flood    IKE_SA_INIT from many addresses\n"
    "  replay-flood, bad-icv, unknown-spi        what must not come out (--way in)\n"
    "\n"
    "ports\n"
    "  --port DEVICE         A, then B: a PCI address, or DPDK\'s name of a virtual device:\n"
    "                        net_memif0,role=client,id=0,socket-abstract=no,socket=FILE\n"
    "                        net_virtio_user0,path=FILE  net_af_packet0,iface=eth1  net_af_xdp0,iface=eth1\n"
    "  --address LIST        the ports' own addresses, of A and B: 10.1.0.10,10.2.0.10\n"
    "  --gateway LIST        the gateways' there, asked by ARP: 10.1.0.1,10.2.0.1\n"
    "  --hosts LIST          inner addresses at A and B; --sas counts up from one (default: --address)\n"
    "  --way WAY             both (default), in or out, as above\n"
    "  --from WHO            a (default), b, or both send, of two gateways\n"
    "\n"
    "load (several values: --rate of sweep, --sizes of single-flow, sweep, ndr, many-sas and latency,\n"
    "      --tolerance of ndr, --share of ndr and latency)\n"
    "  --rate LIST           250000, 250k, 1.5M packets/s, 800Mbit of frames, max (default 10k)\n"
    "  --sizes LIST          frame bytes without frame check sequence, and imix (default 64)\n"
    "  --sas N               tunnels among which packets change (default 1, or all of --spis)\n"
    "  --seconds S           of a trial (default 10)\n"
    "  --rounds N            trials of a figure (default 3); of soak each minute is one\n"
    "  --tolerance LIST      shares of loss that are good (default: ndr 0,0.005; reorder, rekey and the "
    "good\n"
    "                        packets beside bad ones 0; soak 0.001; ike-flood 0.5; else 1, which is any)\n"
    "  --sport N --dport N   UDP ports of the inner packets (default 1024, 9)\n"
    "  --depth N             packets that are shuffled among themselves (default 32)\n"
    "  --share LIST          percent (default 10,50,90; ndr: 50)\n"
    "  --repeats N           trials that a rate must stand in ndr (default 2)\n"
    "  --resolution P        percent of the highest rate, in ndr (default 1)\n"
    "  --confirm S           of the trial that confirms a rate (default 60, as RFC 2544 24 wants)\n"
    "  --rekey COMMAND       \"culvertctl rekey foo\"\n"
    "  --every S             seconds between two of them (default 5)\n"
    "\n"
    "ESP (--way in and out)\n"
    "  --key-file FILE       key and salt in hex, 20 or 36 bytes: AES-GCM with 16 bytes of ICV\n"
    "  --spis FILE           SPIs of the gateway, one a line: culvertctl show spis NAME; where the sequence\n"
    "                        numbers ended is kept in FILE.next, so that the next run by the same SPIs\n"
    "                        goes on there\n"
    "  --seq N               first sequence number\n"
    "  --nonce HEX           out: of culvertctl show manual, to open some of what comes out\n"
    "  --spi-out N           and the SPI of the first SA\n"
    "  --esp                 ESP in IPv4 instead of in UDP 4500\n"
    "  --natt-port N         source port of ESP in UDP (default 4500)\n"
    "  --esn                 64-bit sequence numbers\n"
    "\n"
    "flood of IKE, from A or from a port of its own\n"
    "  --flood-rate RATE     requests (default 1k)\n"
    "  --flood-sources N     addresses, counting up from the port's own (default 200)\n"
    "  --flood-port DEVICE --flood-address C --flood-gateway C\n"
    "\n"
    "  --core N              CPU (default: the last one); its time is all taken\n"
    "  --cores N,M           one sends, the other one receives\n"
    "  --eal WORDS           further arguments for DPDK\n"
    "  --no-huge             packets in small pages, as it is when no huge ones are free\n"
    "  --workers N, --cipher WORD   what you know of the gateway, copied into the rows\n"
    "  --csv, --json         rows in the columns of `culvert-bench columns`\n"
    "  --verbose             what DPDK says\n"
    "\n"
    "Rows hold the least, the median and the greatest of all rounds. A star: the two best of those rounds\n"
    "that the generator did not disturb (it was the limit, lost packets, or was kept from its core) differ\n"
    "by more than 3 %, there are no two, or the median is no such round; such a figure is not to be quoted.\n"
    "Of soak the minute before must agree.\n"
    "\n"
    "The last row is the verdict: 1 when the run is good, whatever has a star; it tells how many figures "
    "are\n"
    "confirmed. Status: 0 passed, 1 failed, 2 asked wrongly.\n"
    "\n"
    "example: culvert-bench traffic --scenario ndr --port 0000:5e:00.0 --port 0000:5e:00.1\n"
    "             --address 10.1.0.10,10.2.0.10 --gateway 10.1.0.1,10.2.0.1 --rate 10Gbit --sizes 64,1420\n";

static const struct gen_scenario scenarios[] = {
    {"single-flow", GEN_ANY_WAY, true, gen_scenario_flow},
    {"sweep", GEN_ANY_WAY, true, gen_scenario_sweep},
    {"ndr", GEN_ANY_WAY, true, gen_scenario_ndr},
    {"imix", GEN_ANY_WAY, true, gen_scenario_imix},
    {"many-sas", GEN_ANY_WAY, true, gen_scenario_sas},
    {"latency", GEN_ANY_WAY, true, gen_scenario_latency},
    {"soak", GEN_ANY_WAY, true, gen_scenario_soak},
    {"rekey", GEN_ANY_WAY, true, gen_scenario_rekey},
    {"reorder", GEN_ANY_WAY, true, gen_scenario_reorder},
    {"replay-flood", GEN_WAY(GEN_IN), true, gen_scenario_replay},
    {"bad-icv", GEN_WAY(GEN_IN), true, gen_scenario_icv},
    {"unknown-spi", GEN_WAY(GEN_IN), true, gen_scenario_spi},
    {"ike-flood", GEN_ANY_WAY, false, gen_scenario_flood},
};

static volatile sig_atomic_t is_interrupted;

static void traffic_interrupt(int sig)
{
    is_interrupted = sig;
}

static const struct gen_scenario *scenario_find(const struct gen_args *a)
{
    for (size_t i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++) {
        const struct gen_scenario *s = &scenarios[i];
        if (strcmp(s->name, a->scenario))
            continue;
        if (s->ways & GEN_WAY(a->way))
            return s;
        fprintf(stderr,
                "culvert-bench traffic: %s sends sealed packets: it takes --way in, --key-file and --spis\n",
                s->name);
        return NULL;
    }
    fprintf(stderr, "culvert-bench traffic: no scenario \"%s\"; there are:", a->scenario);
    for (size_t i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++)
        fprintf(stderr, " %s", scenarios[i].name);
    fputc('\n', stderr);
    return NULL;
}

static bool device_is_virtual(const char *device)
{
    return !strncmp(device, "net_", 4) || !strncmp(device, "eth_", 4);
}

/* The words of --eal behind the others. `copy` keeps them. Returns the number of all. */
static int eal_words(char *copy, char **argv, int argc, int cap)
{
    for (char *rest = copy, *word; (word = strsep(&rest, " \t")) != NULL && argc < cap;)
        if (*word)
            argv[argc++] = word;
    return argc;
}

/* DPDK's environment for these options. False after a sentence. */
static bool eal_start(const struct gen_args *a)
{
    char lcores[32], copy[512];
    char *argv[EAL_WORDS] = {"culvert-bench", "--lcores", lcores, "--no-telemetry", "-m", MEM_MIB};
    int argc = 6;
    bool has_pci = false;
    int at = snprintf(lcores, sizeof(lcores), "0@%u", a->cores[0]);
    if (a->core_count == 2)
        snprintf(lcores + at, sizeof(lcores) - (size_t)at, ",1@%u", a->cores[1]);
    for (int i = 0; i < 3; i++) {
        if (!a->device[i])
            continue;
        argv[argc++] = device_is_virtual(a->device[i]) ? "--vdev" : "-a";
        argv[argc++] = (char *)a->device[i];
        has_pci |= !device_is_virtual(a->device[i]);
    }
    if (!has_pci)
        argv[argc++] = "--no-pci";
    if (a->is_small_paged || bench_huge_free_mib() < atol(MEM_MIB)) {
        argv[argc++] = "--no-huge";
        argv[argc++] = "--no-shconf"; /* any number of generators on a machine */
    } else {
        argv[argc++] = "--in-memory";
    }
    if (!a->is_verbose)
        argv[argc++] = "--log-level=*:critical";
    snprintf(copy, sizeof(copy), "%s", a->eal ? a->eal : "");
    argc = eal_words(copy, argv, argc, EAL_WORDS);
    if (rte_eal_init(argc, argv) >= 0)
        return true;
    fprintf(
        stderr,
        "culvert-bench traffic: DPDK does not start with these ports: look at --port, a vhost socket must "
        "be there already; --verbose tells more\n");
    return false;
}

struct secrets {
    uint8_t in[36], out[36]; /* what we seal with, what the gateway seals with */
    uint32_t bytes;          /* 0: there is none */
    bool has_out;
};

/* The SPIs that are sent to, and where their sequence numbers go on. False after a sentence. */
static bool spis_read(struct gen_bench *b, struct gen_args *a)
{
    uint32_t n = 0;
    b->spis = gen_key_spis(a->spis_file, &n);
    b->n_spis = n;
    b->strays = b->spis ? calloc(n, sizeof(*b->strays)) : NULL;
    if (!b->strays)
        return false;
    if (a->sas > n) {
        fprintf(stderr, "culvert-bench traffic: %s has %u SPIs, fewer than --sas %u\n", a->spis_file, n,
                a->sas);
        return false;
    }
    if (!a->sas)
        a->sas = n;
    if (!a->seq)
        a->seq = gen_key_next(a->spis_file, b->spis, n);
    if (a->is_esn || a->seq < UINT32_MAX)
        return true;
    fprintf(stderr,
            "culvert-bench traffic: the sequence numbers of these SAs are used up, and end at 4294967294 "
            "without --esn: let the connection begin anew, and write its SPIs to %s\n",
            a->spis_file);
    return false;
}

static bool secrets_refuse(const char *sentence)
{
    fprintf(stderr, "culvert-bench traffic: %s\n", sentence);
    return false;
}

/* Keys and SPIs, as far as the way takes them. False after a sentence. */
static bool secrets_read(struct gen_bench *b, struct gen_args *a, struct secrets *k)
{
    uint8_t nonce[GEN_NONCE_BYTES];
    if (a->way != GEN_BOTH && a->key_file && !(k->bytes = gen_key_read(a->key_file, k->in)))
        return false;
    if (a->way == GEN_IN && !spis_read(b, a))
        return false;
    if (a->way == GEN_OUT && a->nonce) {
        if (!gen_key_nonce(a->nonce, nonce))
            return secrets_refuse("--nonce is 64 hex digits, from culvertctl show manual --json");
        k->has_out = gen_key_out(k->in, k->bytes, nonce, k->out);
        if (!k->has_out)
            return secrets_refuse("no memory for the gateway's keys");
    }
    if (!a->sas)
        a->sas = 1;
    if (!a->cipher && k->bytes)
        a->cipher = k->bytes == 20 ? "aes128gcm16" : "aes256gcm16";
    return true;
}

/* Preconditions, and what was asked for. */
static bool scenario_run(struct gen_bench *b, const struct gen_scenario *s, struct gen_verdict *v)
{
    if (!gen_ready_check(b, v) || (s->needs_first && !gen_ready_first(b, v)))
        return false;
    return s->run(b, v);
}

static int traffic_run(struct gen_bench *b, const struct gen_scenario *s, const struct secrets *k)
{
    struct gen_verdict v = {0};
    if (gen_bench_open(b, k->in, k->has_out ? k->out : NULL, k->bytes)) {
        /* Ports that have just begun may be taking up their connection in a thread of DPDK's, which does not
         * bear that they are closed meanwhile: memif's crashes. The kernel takes back all that they have. */
        fflush(NULL);
        _exit(1);
    }
    bench_row_head(stdout, b->args->form);
    scenario_run(b, s, &v);
    gen_verdict_write(&v, b);
    if (b->spis)
        gen_key_next_keep(b->args->spis_file, b->spis, b->n_spis, gen_bench_next(b));
    gen_bench_close(b);
    return !v.is_good;
}

int bench_traffic_main(int argc, char **argv)
{
    static struct gen_bench bench;
    struct gen_args a = {.sizes = {64},
                         .size_count = 1,
                         .rates = {{.value = 10000, .text = "10k"}},
                         .rate_count = 1,
                         .seconds = 10,
                         .confirm = 60,
                         .every = 5,
                         .rounds = 3,
                         .repeats = 2,
                         .resolution = 1,
                         .depth = 32,
                         .natt_port = 4500,
                         .is_from_a = true,
                         .flood_rate = {.value = 1000, .text = "1k"},
                         .flood_sources = 200};
    struct secrets keys = {0};
    struct sigaction act = {.sa_handler = traffic_interrupt};
    if (gen_args_parse(&a, argc, argv, help))
        return 2;
    const struct gen_scenario *s = scenario_find(&a);
    if (!s || !secrets_read(&bench, &a, &keys))
        return 2;
    bench.args = &a;
    bench.is_interrupted = &is_interrupted;
    sched_getaffinity(0, sizeof(bench.cpus), &bench.cpus);
    if (!eal_start(&a))
        return 1;
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    int status = traffic_run(&bench, s, &keys);
    free(bench.spis);
    free(bench.strays);
    rte_eal_cleanup();
    return status;
}
