/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Derives EAL's arguments. Memory: anonymous hugepages (--in-memory: no files to leak) when enough are
 * free, else ordinary pages (--no-huge), which is slower and is said so. Devices: only those that the
 * configuration names are touched, so that a NIC which carries the management traffic is never taken.
 */
#include "node_eal.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_devargs.h>
#include <rte_eal.h>
#include <rte_errno.h>

#include "base_text.h"
#include "host_log.h"

#define ARGS_MAX (32 + NODE_PORTS_MAX + NODE_ARGS_MAX)

struct eal_args {
    char *argv[ARGS_MAX];
    int argc;
};

__attribute__((format(printf, 2, 3))) static void args_add(struct eal_args *a, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    if (a->argc < ARGS_MAX - 1 && vasprintf(&a->argv[a->argc], format, ap) >= 0)
        a->argc++;
    va_end(ap);
}

static void args_clear(struct eal_args *a)
{
    while (a->argc > 0)
        free(a->argv[--a->argc]);
}

/* Megabytes in free hugepages of all sizes. */
static uint64_t free_hugepages_mb(void)
{
    static const char dir[] = "/sys/kernel/mm/hugepages";
    uint64_t mb = 0;
    DIR *d = opendir(dir);
    struct dirent *e;
    while (d && (e = readdir(d))) {
        char path[512];
        unsigned long kb, pages = 0;
        if (sscanf(e->d_name, "hugepages-%lukB", &kb) != 1)
            continue;
        snprintf(path, sizeof path, "%s/%s/free_hugepages", dir, e->d_name);
        FILE *f = fopen(path, "r");
        if (f && fscanf(f, "%lu", &pages) == 1)
            mb += pages * kb / 1024;
        if (f)
            fclose(f);
    }
    if (d)
        closedir(d);
    return mb;
}

static int args_add_memory(struct eal_args *a, const struct node_params *params, char *why, size_t why_size)
{
    const uint32_t need = params->memory_mb;
    const uint64_t have = free_hugepages_mb();
    const bool enough = have >= need;
    if (params->hugepages == NODE_HUGEPAGES_REQUIRE && !enough) {
        snprintf(
            why, why_size,
            "eal.hugepages is \"require\", but %llu MB of hugepages are free and eal.memory_mb asks for %u: "
            "run `sysctl vm.nr_hugepages=%u`, or set eal.hugepages to \"auto\"",
            (unsigned long long)have, need, need / 2);
        return -1;
    }
    if (enough && params->hugepages != NODE_HUGEPAGES_NEVER) {
        args_add(a, "--in-memory");
    } else {
        args_add(a, "--no-huge");
        args_add(a, "--no-shconf");
        args_add(a, "--file-prefix=culvert-%d", getpid());
        if (params->hugepages == NODE_HUGEPAGES_AUTO)
            host_log(HOST_WARN,
                     "event=no_hugepages need_mb=%u free_mb=%llu effect=\"works, but slower\" "
                     "fix=\"sysctl vm.nr_hugepages=%u\"",
                     need, (unsigned long long)have, need / 2);
    }
    args_add(a, "-m");
    args_add(a, "%u", need);
    return 0;
}

static void args_add_devices(struct eal_args *a, const struct node_params *params)
{
    bool any_pci = false;
    for (size_t i = 0; i < params->n_ports; i++) {
        const struct node_port_params *p = &params->ports[i];
        if (p->is_pci) {
            args_add(a, "-a");
            args_add(a, "%s", p->device);
            any_pci = true;
        } else {
            args_add(a, "--vdev=%s", p->device);
        }
    }
    if (!any_pci) {
        args_add(a, "--no-pci");
        args_add(a, "--iova-mode=va");
    }
}

static int args_add_cores(struct eal_args *a, const struct node_params *params, struct node_cores *cores,
                          char *why, size_t why_size)
{
    char map[16 * NODE_CORES_MAX];
    struct base_text t = base_text(map, sizeof map);
    uint32_t first = CPU_SETSIZE, last = 0;
    cpu_set_t set;
    sched_getaffinity(0, sizeof set, &set);
    for (uint32_t c = 0; c < CPU_SETSIZE; c++) {
        if (!CPU_ISSET(c, &set))
            continue;
        first = c < first ? c : first;
        last = c;
    }
    cores->control_cpu = params->control_core == NODE_CORE_AUTO ? first : params->control_core;
    cores->n_workers = params->n_cores ? params->n_cores : 1;
    base_text_add(&t, "0@%u", cores->control_cpu);
    for (size_t i = 0; i < cores->n_workers; i++) {
        cores->worker_cpu[i] = params->n_cores ? params->cores[i] : last;
        base_text_add(&t, ",%zu@%u", i + 1, cores->worker_cpu[i]);
        if (cores->worker_cpu[i] >= CPU_SETSIZE || !CPU_ISSET(cores->worker_cpu[i], &set)) {
            snprintf(why, why_size,
                     "workers.cores names core %u, but this process may only run on cores %u to %u: "
                     "change workers.cores, or the affinity it is started with",
                     cores->worker_cpu[i], first, last);
            return -1;
        }
    }
    cores->n_cpus = (uint32_t)CPU_COUNT(&set);
    cores->spare = set;
    for (size_t i = 0; i < cores->n_workers; i++)
        CPU_CLR(cores->worker_cpu[i], &cores->spare);
    args_add(a, "--lcores=%s", map);
    args_add(a, "--main-lcore=0");
    return 0;
}

/* The port whose device no driver of DPDK takes by its name; NULL: none. */
static const struct node_port_params *port_without_driver(const struct node_params *params)
{
    for (size_t i = 0; i < params->n_ports; i++) {
        struct rte_devargs args = {0};
        const int rc = rte_devargs_parse(&args, params->ports[i].device);
        free(args.data); /* as DPDK's own reset does, which is not part of the stable interface yet */
        if (rc < 0)
            return &params->ports[i];
    }
    return NULL;
}

static void eal_explain(const struct node_params *params, int error, char *why, size_t why_size)
{
    const struct node_port_params *port =
        error == ENODEV || error == EFAULT ? port_without_driver(params) : NULL;
    if (port)
        snprintf(why, why_size,
                 "ports.%s.device: DPDK has no driver for %s. Correct the name before the first comma: "
                 "net_af_packet0, net_af_xdp0, net_tap0, net_memif0, net_pcap0 (the number is free), "
                 "or a PCI address",
                 port->name, port->device);
    else
        snprintf(why, why_size,
                 "DPDK did not start (%s); the lines above are its own. Check eal.memory_mb (%u MB wanted), "
                 "eal.args, and that no other process uses the same devices",
                 rte_strerror(error), params->memory_mb);
}

int node_eal_start(const struct node_params *params, struct node_cores *cores, char *why, size_t why_size)
{
    static struct eal_args a;    /* EAL keeps pointers into it */
    static char *argv[ARGS_MAX]; /* the list that EAL changes; the strings stay reachable from a */
    args_clear(&a);              /* of a start that was refused */
    args_add(&a, "culvertd");
    if (args_add_cores(&a, params, cores, why, why_size) < 0 ||
        args_add_memory(&a, params, why, why_size) < 0)
        return -1;
    args_add_devices(&a, params);
    if (!params->telemetry)
        args_add(&a, "--no-telemetry");
    args_add(&a, "--log-level=*:warning");
    for (size_t i = 0; i < params->n_args; i++)
        args_add(&a, "%s", params->args[i]);
    struct base_text t = base_text(why, why_size);
    for (int i = 1; i < a.argc; i++)
        base_text_add(&t, "%s%s", i > 1 ? " " : "", a.argv[i]);
    host_log(HOST_DEBUG, "event=eal_start args=\"%s\"", why);
    memcpy(argv, a.argv, sizeof argv);
    if (rte_eal_init(a.argc, argv) >= 0)
        return 0;
    eal_explain(params, rte_errno, why, why_size);
    rmdir(rte_eal_get_runtime_dir()); /* made before it failed, and empty */
    return -1;
}

void node_eal_stop(void)
{
    char dir[512];
    /* With --no-shconf nothing but the empty folder is left; it is ours alone by its prefix. */
    snprintf(dir, sizeof dir, "%s", rte_eal_get_runtime_dir());
    rte_eal_cleanup();
    rmdir(dir);
}
