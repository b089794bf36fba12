/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Derives EAL's arguments. Memory: anonymous hugepages (--in-memory: no files to leak) when enough are
 * free, else ordinary pages (--no-huge), which is slower and is said so. Devices: only those that the
 * configuration names are touched, so that a NIC which carries the management traffic is never taken.
 */
#include "node_eal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>

#include "base_text.h"
#include "host_log.h"
#include "node_capture.h"
#include "node_pages.h"

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

static int args_add_memory(struct eal_args *a, const struct node_params *params, char *why, size_t why_size)
{
    const uint32_t need = params->memory_mb;
    struct node_pages pages;
    node_pages_read("", &pages);
    const bool enough = pages.free_mb >= need;
    const unsigned long long have = pages.free_mb, wanted = node_pages_wanted(&pages, need);
    if (params->hugepages == NODE_HUGEPAGES_REQUIRE && !enough) {
        snprintf(
            why, why_size,
            "eal.hugepages is \"require\", but %llu MB of hugepages are free and eal.memory_mb asks for %u: "
            "run `sysctl vm.nr_hugepages=%llu`, or set eal.hugepages to \"auto\"",
            have, need, wanted);
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
                     "fix=\"sysctl vm.nr_hugepages=%llu\"",
                     need, have, wanted);
    }
    args_add(a, "-m");
    args_add(a, "%u", need);
    return 0;
}

/* Devices made of arguments are made one by one when EAL is up (node_port.c): each has its own sentence. */
static void args_add_devices(struct eal_args *a, const struct node_device *devices, size_t n_devices)
{
    bool any_pci = false;
    for (size_t i = 0; i < n_devices; i++) {
        if (!devices[i].is_pci)
            continue;
        args_add(a, "-a");
        args_add(a, "%s", devices[i].args);
        any_pci = true;
    }
    if (!any_pci) {
        args_add(a, "--no-pci");
        args_add(a, "--iova-mode=va");
    }
}

static void args_add_cores(struct eal_args *a, const struct node_cores *cores)
{
    char map[16 * NODE_CORES_MAX];
    struct base_text t = base_text(map, sizeof map);
    base_text_add(&t, "0@%u", cores->control_cpu);
    for (size_t i = 0; i < cores->n_workers; i++)
        base_text_add(&t, ",%zu@%u", i + 1, cores->worker_cpu[i]);
    args_add(a, "--lcores=%s", map);
    args_add(a, "--main-lcore=0");
}

/* What EAL said, before its usage text: the line that names an argument, else the last complaint. */
static bool eal_complaint(char *text, char *line, size_t size)
{
    static const char *const words[] = {"option", "invalid", "annot", "ailed", "rror", "nvalid"};
    char *usage = strstr(text, "Usage: ");
    if (usage)
        *usage = '\0';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (node_capture_line(text, words[i], line, size))
            return true;
    return false;
}

/* The argument of the configuration that a line of EAL's speaks of. NULL: none of them. */
static const char *eal_argument(const struct node_params *params, const char *line)
{
    for (size_t i = 0; i < params->n_args; i++) {
        char name[NODE_ARG_MAX];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(params->args[i], "="), params->args[i]);
        if (name[0] == '-' && name[1] && name[2] && strstr(line, name))
            return params->args[i];
    }
    return NULL;
}

static void eal_explain(const struct node_params *params, int error, char *text, char *why, size_t why_size)
{
    char line[256];
    const bool is_usage = strstr(text, "Usage: ") != NULL;
    if (!eal_complaint(text, line, sizeof line))
        snprintf(line, sizeof line, "%s", rte_strerror(error));
    const char *argument = eal_argument(params, line);
    if (params->n_args && (argument || is_usage))
        snprintf(why, why_size,
                 "eal.args: DPDK does not take %s%s%s (%s): correct it or take it out; `dpdk-testpmd --help` "
                 "lists "
                 "what there is",
                 argument ? "\"" : "what stands there", argument ? argument : "", argument ? "\"" : "", line);
    else
        snprintf(why, why_size,
                 "DPDK did not start (%s): check eal.memory_mb (%u MB wanted), eal.args, and that no other "
                 "process "
                 "uses the same devices",
                 line, params->memory_mb);
}

/* Words that EAL's parser passed over: an option without its dashes does nothing. */
static void eal_warn_unread(char **argv, int argc, int n_read)
{
    for (int i = n_read + 1; i < argc; i++)
        host_log(HOST_WARN, "event=eal_args_unread argument=\"%s\" fix=\"options begin with --\"", argv[i]);
}

/* Quiet when it works but for what DPDK warns of; one sentence when it does not. */
static int eal_run(struct eal_args *a, const struct node_params *params, char *why, size_t why_size)
{
    static char *argv[ARGS_MAX]; /* the list that EAL changes; the strings stay reachable from a */
    static char text[1 << 14];
    struct node_capture capture;
    memcpy(argv, a->argv, sizeof argv);
    node_capture_begin(&capture);
    const int rc = rte_eal_init(a->argc, argv);
    const int error = rte_errno;
    node_capture_end(&capture, text, sizeof text);
    if (rc >= 0) {
        host_log_text(text, strlen(text));
        rte_openlog_stream(host_log_stream()); /* its own waits for a reader */
        eal_warn_unread(argv, a->argc, rc);
        return 0;
    }
    eal_explain(params, error, text, why, why_size);
    rmdir(rte_eal_get_runtime_dir()); /* made before it failed, and empty */
    return -1;
}

int node_eal_start(const struct node_params *params, const struct node_device *devices,
                   struct node_cores *cores, char *why, size_t why_size)
{
    static struct eal_args a; /* EAL keeps pointers into it */
    args_clear(&a);           /* of a start that was refused */
    args_add(&a, "culvertd");
    if (node_cores_find(params, cores, why, why_size) < 0 || args_add_memory(&a, params, why, why_size) < 0)
        return -1;
    args_add_cores(&a, cores);
    args_add_devices(&a, devices, params->n_ports);
    if (!params->telemetry)
        args_add(&a, "--no-telemetry");
    args_add(&a, "--log-level=*:warning");
    for (size_t i = 0; i < params->n_args; i++)
        args_add(&a, "%s", params->args[i]);
    struct base_text t = base_text(why, why_size);
    for (int i = 1; i < a.argc; i++)
        base_text_add(&t, "%s%s", i > 1 ? " " : "", a.argv[i]);
    host_log(HOST_DEBUG, "event=eal_start args=\"%s\"", why);
    return eal_run(&a, params, why, why_size);
}

void node_eal_stop(void)
{
    char dir[512];
    /* With --no-shconf nothing but the empty folder is left; it is ours alone by its prefix. */
    snprintf(dir, sizeof dir, "%s", rte_eal_get_runtime_dir());
    rte_eal_cleanup();
    rmdir(dir);
}
