/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Derives EAL's arguments. Memory: anonymous hugepages (--in-memory: no files to leak) when enough are
 * free, else ordinary pages (--no-huge), which is slower and is said so. Devices: only those that the
 * configuration names are touched, so that a NIC which carries the management traffic is never taken.
 */
#include "ctl_eal.h"

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

#define ARGS_MAX (32 + CONF_PORTS_MAX + CONF_ARGS_MAX)

struct args {
    char *argv[ARGS_MAX];
    int argc;
};

__attribute__((format(printf, 2, 3))) static void add(struct args *a, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    if (a->argc < ARGS_MAX - 1 && vasprintf(&a->argv[a->argc], format, ap) >= 0)
        a->argc++;
    va_end(ap);
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

static int add_memory(struct args *a, const struct conf *conf, char *why, size_t why_size)
{
    const uint32_t need = conf->eal.memory_mb;
    const uint64_t have = free_hugepages_mb();
    const bool enough = have >= need;
    if (conf->eal.hugepages == CONF_HUGEPAGES_REQUIRE && !enough) {
        snprintf(
            why, why_size,
            "eal.hugepages is \"require\", but %llu MB of hugepages are free and eal.memory_mb asks for %u: "
            "run `sysctl vm.nr_hugepages=%u`, or set eal.hugepages to \"auto\"",
            (unsigned long long)have, need, need / 2);
        return -1;
    }
    if (enough && conf->eal.hugepages != CONF_HUGEPAGES_NEVER) {
        add(a, "--in-memory");
    } else {
        add(a, "--no-huge");
        add(a, "--no-shconf");
        add(a, "--file-prefix=culvert-%d", getpid());
        if (conf->eal.hugepages == CONF_HUGEPAGES_AUTO)
            host_log(HOST_WARN,
                     "event=no_hugepages need_mb=%u free_mb=%llu effect=\"works, but slower\" "
                     "fix=\"sysctl vm.nr_hugepages=%u\"",
                     need, (unsigned long long)have, need / 2);
    }
    add(a, "-m");
    add(a, "%u", need);
    return 0;
}

static void add_devices(struct args *a, const struct conf *conf)
{
    bool any_pci = false;
    for (size_t i = 0; i < conf->n_ports; i++) {
        const struct conf_port *p = &conf->ports[i];
        if (p->is_pci) {
            add(a, "-a");
            add(a, "%s", p->device);
            any_pci = true;
        } else {
            add(a, "--vdev=%s", p->device);
        }
    }
    if (!any_pci) {
        add(a, "--no-pci");
        add(a, "--iova-mode=va");
    }
}

static int add_cores(struct args *a, const struct conf *conf, struct ctl_cores *cores, char *why,
                     size_t why_size)
{
    const struct conf_workers *w = &conf->workers;
    char map[16 * CONF_CORES_MAX];
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
    cores->control_cpu = w->control_core == CONF_CORE_AUTO ? first : w->control_core;
    cores->n_workers = w->n_cores ? w->n_cores : 1;
    base_text_add(&t, "0@%u", cores->control_cpu);
    for (size_t i = 0; i < cores->n_workers; i++) {
        cores->worker_cpu[i] = w->n_cores ? w->cores[i] : last;
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
    add(a, "--lcores=%s", map);
    add(a, "--main-lcore=0");
    return 0;
}

/* The port whose device no driver of DPDK takes by its name; NULL: none. */
static const struct conf_port *without_driver(const struct conf *conf)
{
    for (size_t i = 0; i < conf->n_ports; i++) {
        struct rte_devargs args = {0};
        const int rc = rte_devargs_parse(&args, conf->ports[i].device);
        free(args.data); /* as DPDK's own reset does, which is not part of the stable interface yet */
        if (rc < 0)
            return &conf->ports[i];
    }
    return NULL;
}

static void explain(const struct conf *conf, int error, char *why, size_t why_size)
{
    const struct conf_port *port = error == ENODEV || error == EFAULT ? without_driver(conf) : NULL;
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
                 rte_strerror(error), conf->eal.memory_mb);
}

int ctl_eal_start(const struct conf *conf, struct ctl_cores *cores, char *why, size_t why_size)
{
    static struct args a;        /* EAL keeps pointers into it */
    static char *argv[ARGS_MAX]; /* the list that EAL changes; the strings stay reachable from a */
    add(&a, "culvertd");
    if (add_cores(&a, conf, cores, why, why_size) < 0 || add_memory(&a, conf, why, why_size) < 0)
        return -1;
    add_devices(&a, conf);
    if (!conf->control.telemetry)
        add(&a, "--no-telemetry");
    add(&a, "--log-level=*:warning");
    for (size_t i = 0; i < conf->eal.n_args; i++)
        add(&a, "%s", conf->eal.args[i]);
    struct base_text t = base_text(why, why_size);
    for (int i = 1; i < a.argc; i++)
        base_text_add(&t, "%s%s", i > 1 ? " " : "", a.argv[i]);
    host_log(HOST_DEBUG, "event=eal_start args=\"%s\"", why);
    memcpy(argv, a.argv, sizeof argv);
    if (rte_eal_init(a.argc, argv) >= 0)
        return 0;
    explain(conf, rte_errno, why, why_size);
    rmdir(rte_eal_get_runtime_dir()); /* made before it failed, and empty */
    return -1;
}

void ctl_eal_stop(void)
{
    char dir[512];
    /* With --no-shconf nothing but the empty folder is left; it is ours alone by its prefix. */
    snprintf(dir, sizeof dir, "%s", rte_eal_get_runtime_dir());
    rte_eal_cleanup();
    rmdir(dir);
}
