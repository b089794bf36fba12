/* SPDX-License-Identifier: BSD-3-Clause */
/* The facts of a machine. */
#include "doctor_read.h"

#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include "host_caps.h"
#include "host_firewall.h"
#include "host_offload.h"
#include "host_pci.h"
#include "host_xfrm.h"

#define READ_MAX      (1u << 20) /* cpuinfo has two kilobytes for each CPU */
#define READ_PIDS_MAX 100000

/* A file below root into out, cut to its room and always ended; how many bytes. 0: it is not there, or empty.
 */
__attribute__((format(printf, 4, 5))) static size_t read_text(const char *root, char *out, size_t size,
                                                              const char *format, ...)
{
    char path[PATH_MAX], name[PATH_MAX / 2];
    va_list args;
    va_start(args, format);
    vsnprintf(name, sizeof name, format, args);
    va_end(args);
    out[0] = '\0';
    if (snprintf(path, sizeof path, "%s%s", root, name) >= (int)sizeof path)
        return 0;
    FILE *in = fopen(path, "re");
    if (!in)
        return 0;
    const size_t n = fread(out, 1, size - 1, in);
    fclose(in);
    out[n] = '\0';
    return n;
}

/* The first line of a small file. */
__attribute__((format(printf, 4, 5))) static bool read_line(const char *root, char *out, size_t size,
                                                            const char *format, ...)
{
    char name[PATH_MAX / 2];
    va_list args;
    va_start(args, format);
    vsnprintf(name, sizeof name, format, args);
    va_end(args);
    if (read_text(root, out, size, "%s", name) == 0)
        return false;
    out[strcspn(out, "\n")] = '\0';
    return true;
}

__attribute__((format(printf, 3, 4))) static int read_number(const char *root, int otherwise,
                                                             const char *format, ...)
{
    char name[PATH_MAX / 2], text[32];
    char *end;
    va_list args;
    va_start(args, format);
    vsnprintf(name, sizeof name, format, args);
    va_end(args);
    if (!read_line(root, text, sizeof text, "%s", name))
        return otherwise;
    const long n = strtol(text, &end, 10);
    return end == text || n < INT_MIN || n > INT_MAX ? otherwise : (int)n;
}

__attribute__((format(printf, 2, 3))) static bool read_is_there(const char *root, const char *format, ...)
{
    char path[PATH_MAX], name[PATH_MAX / 2];
    va_list args;
    va_start(args, format);
    vsnprintf(name, sizeof name, format, args);
    va_end(args);
    return snprintf(path, sizeof path, "%s%s", root, name) < (int)sizeof path && access(path, F_OK) == 0;
}

/* How many entries of a folder begin like this. */
static uint32_t read_count(const char *root, const char *folder, const char *begin)
{
    char path[PATH_MAX];
    uint32_t n = 0;
    DIR *dir = snprintf(path, sizeof path, "%s%s", root, folder) < (int)sizeof path ? opendir(path) : NULL;
    for (const struct dirent *e; dir && (e = readdir(dir));)
        n += e->d_name[0] != '.' && strncmp(e->d_name, begin, strlen(begin)) == 0;
    if (dir)
        closedir(dir);
    return n;
}

/* ---- processors and memory ---- */

/* Whether a word stands in a line of words. */
static bool read_has_word(const char *line, const char *word)
{
    const size_t len = strlen(word);
    for (const char *at = line; (at = strstr(at, word)); at += len)
        if ((at == line || isspace((unsigned char)at[-1])) && (!at[len] || isspace((unsigned char)at[len])))
            return true;
    return false;
}

static void read_cpu(const char *root, char text[READ_MAX], struct doctor_machine *m)
{
    read_text(root, text, READ_MAX, "/proc/cpuinfo");
    for (const char *at = text; (at = strstr(at, "processor\t")); at++)
        m->n_cpus++;
    char *flags = strstr(text, "\nflags");
    if (!flags)
        return;
    flags[1 + strcspn(flags + 1, "\n")] = '\0';
    m->aes = read_has_word(flags, "aes");
    m->pclmul = read_has_word(flags, "pclmulqdq");
    m->avx2 = read_has_word(flags, "avx2");
    m->vaes = read_has_word(flags, "vaes");
    m->avx512 = read_has_word(flags, "avx512f");
}

static uint64_t read_meminfo(const char *text, const char *key)
{
    const char *at = strstr(text, key);
    return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

static void read_memory(const char *root, char text[READ_MAX], struct doctor_machine *m)
{
    read_text(root, text, READ_MAX, "/proc/meminfo");
    m->available_kb = read_meminfo(text, "MemAvailable:");
    m->huge_pages = read_meminfo(text, "HugePages_Total:");
    m->huge_free = read_meminfo(text, "HugePages_Free:");
    m->huge_kb = read_meminfo(text, "Hugepagesize:");
}

/* Whether a number is in a list such as "2-3,7". */
static bool read_in_list(const char *list, unsigned long n)
{
    while (*list) {
        char *end;
        const unsigned long from = strtoul(list, &end, 10);
        if (end == list)
            return false;
        const unsigned long to = *end == '-' ? strtoul(end + 1, &end, 10) : from;
        if (n >= from && n <= to)
            return true;
        list = *end == ',' ? end + 1 : end + strlen(end);
    }
    return false;
}

static void read_core(const char *root, uint32_t cpu, const char *isolated, struct doctor_core *c)
{
    c->cpu = cpu;
    c->is_isolated = read_in_list(isolated, cpu);
    c->numa = DOCTOR_UNKNOWN;
    for (int node = 0; node < 64 && c->numa == DOCTOR_UNKNOWN; node++)
        if (read_is_there(root, "/sys/devices/system/cpu/cpu%" PRIu32 "/node%d", cpu, node))
            c->numa = node;
    read_line(root, c->governor, sizeof c->governor,
              "/sys/devices/system/cpu/cpu%" PRIu32 "/cpufreq/scaling_governor", cpu);
}

/* ---- ports ---- */

static void read_driver(const char *root, struct doctor_nic *n)
{
    char path[PATH_MAX], target[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/sys/class/net/%s/device/driver", root, n->device) >= (int)sizeof path)
        return;
    const ssize_t len = readlink(path, target, sizeof target - 1);
    if (len <= 0)
        return;
    target[len] = '\0';
    const char *slash = strrchr(target, '/');
    snprintf(n->driver, sizeof n->driver, "%.60s", slash ? slash + 1 : target);
}

static void read_interface(const char *root, struct doctor_nic *n)
{
    char folder[128];
    if (strchr(n->device, '/') || n->device[0] == '.' ||
        !read_is_there(root, "/sys/class/net/%s/mtu", n->device))
        return;
    n->is_there = true;
    n->mtu = (uint32_t)read_number(root, 0, "/sys/class/net/%s/mtu", n->device);
    n->has_carrier = read_number(root, 0, "/sys/class/net/%s/carrier", n->device) == 1;
    n->numa = read_number(root, DOCTOR_UNKNOWN, "/sys/class/net/%s/device/numa_node", n->device);
    n->rp_filter = read_number(root, DOCTOR_UNKNOWN, "/proc/sys/net/ipv4/conf/%s/rp_filter", n->device);
    if (n->rp_filter == 0)
        n->rp_filter = read_number(root, DOCTOR_UNKNOWN, "/proc/sys/net/ipv4/conf/all/rp_filter");
    snprintf(folder, sizeof folder, "/sys/class/net/%.60s/queues", n->device);
    n->rx_queues = read_count(root, folder, "rx-");
    read_driver(root, n);
    if (!root[0])
        host_offload_text(n->device, n->kind != DOCTOR_BY_VDEV, n->offloads, sizeof n->offloads);
}

static void read_pci(const char *root, struct doctor_nic *n)
{
    char sysfs[PATH_MAX];
    struct host_pci pci;
    snprintf(sysfs, sizeof sysfs, "%s/sys", root);
    if (host_pci_look(sysfs, n->device, &pci, n->trouble, sizeof n->trouble) < 0)
        return;
    n->is_there = true;
    snprintf(n->driver, sizeof n->driver, "%s", pci.driver);
    n->numa = read_number(root, DOCTOR_UNKNOWN, "/sys/bus/pci/devices/%s/numa_node", pci.address);
    (void)host_pci_check(&pci, n->trouble, sizeof n->trouble);
}

static struct doctor_nic *read_nic(struct doctor_machine *m)
{
    struct doctor_nic *n = &m->nics[m->n_nics++];
    *n = (struct doctor_nic){.numa = DOCTOR_UNKNOWN, .rp_filter = DOCTOR_UNKNOWN};
    return n;
}

static void read_ports(const char *root, const struct conf *conf, struct doctor_machine *m)
{
    for (size_t i = 0; i < conf->n_ports && m->n_nics < DOCTOR_NICS_MAX; i++) {
        const struct conf_port *p = &conf->ports[i];
        struct doctor_nic *n = read_nic(m);
        snprintf(n->port, sizeof n->port, "%.63s", p->name);
        n->is_outside = p->role & CONF_ROLE_OUTSIDE;
        n->kind = p->kind == CONF_DEVICE_PCI ? DOCTOR_BY_PCI
                  : p->interface[0]          ? DOCTOR_BY_NAME
                                             : DOCTOR_BY_VDEV;
        snprintf(n->device, sizeof n->device, "%.63s", p->interface[0] ? p->interface : p->device);
        if (n->kind == DOCTOR_BY_PCI)
            read_pci(root, n);
        else
            read_interface(root, n);
    }
}

/* Without a configuration: every interface that has a device. */
static void read_all_interfaces(const char *root, struct doctor_machine *m)
{
    char path[PATH_MAX];
    DIR *dir =
        snprintf(path, sizeof path, "%s/sys/class/net", root) < (int)sizeof path ? opendir(path) : NULL;
    for (const struct dirent *e; dir && m->n_nics < DOCTOR_NICS_MAX && (e = readdir(dir));) {
        if (e->d_name[0] == '.' || strlen(e->d_name) >= IF_NAMESIZE ||
            !read_is_there(root, "/sys/class/net/%.15s/device", e->d_name))
            continue;
        struct doctor_nic *n = read_nic(m);
        snprintf(n->device, sizeof n->device, "%.15s", e->d_name);
        read_interface(root, n);
    }
    if (dir)
        closedir(dir);
}

/* ---- who else is there ---- */

/* The inode of the socket that has a UDP port; 0: none has. */
static unsigned long read_udp_inode(const char *root, char text[READ_MAX], uint16_t port)
{
    static const char *const files[] = {"/proc/net/udp", "/proc/net/udp6"};
    for (size_t i = 0; i < 2; i++) {
        read_text(root, text, READ_MAX, "%s", files[i]);
        for (char *line = strchr(text, '\n'); line && line[1]; line = strchr(line + 1, '\n')) {
            unsigned found;
            unsigned long inode;
            if (sscanf(line + 1, "%*s %*[0-9A-Fa-f]:%x %*s %*s %*s %*s %*s %*s %*s %lu", &found, &inode) ==
                    2 &&
                found == port)
                return inode;
        }
    }
    return 0;
}

/* Whether a process has the socket open. */
static bool read_has_socket(const char *root, const char *pid, unsigned long inode)
{
    char path[PATH_MAX], target[64], wanted[64];
    bool has = false;
    snprintf(wanted, sizeof wanted, "socket:[%lu]", inode);
    DIR *dir =
        snprintf(path, sizeof path, "%s/proc/%.20s/fd", root, pid) < (int)sizeof path ? opendir(path) : NULL;
    for (const struct dirent *e; dir && !has && (e = readdir(dir));) {
        const ssize_t len = readlinkat(dirfd(dir), e->d_name, target, sizeof target - 1);
        if (len > 0) {
            target[len] = '\0';
            has = strcmp(target, wanted) == 0;
        }
    }
    if (dir)
        closedir(dir);
    return has;
}

static void read_holder(const char *root, char text[READ_MAX], uint16_t port, struct doctor_holder *h)
{
    char path[PATH_MAX];
    const unsigned long inode = read_udp_inode(root, text, port);
    if (inode == 0)
        return;
    h->port = port;
    snprintf(path, sizeof path, "%.200s/proc", root);
    DIR *dir = opendir(path);
    unsigned looked = 0;
    for (const struct dirent *e; dir && !h->name[0] && looked < READ_PIDS_MAX && (e = readdir(dir)); looked++)
        if (isdigit((unsigned char)e->d_name[0]) && read_has_socket(root, e->d_name, inode))
            read_line(root, h->name, sizeof h->name, "/proc/%.20s/comm", e->d_name);
    if (dir)
        closedir(dir);
}

static void read_filters(const char *root, struct doctor_machine *m)
{
    char text[256];
    struct host_firewall fw;
    m->has_iptables = read_text(root, text, sizeof text, "/proc/net/ip_tables_names") > 0;
    m->knows_firewall = m->has_iptables;
    if (root[0])
        return;
    (void)host_xfrm_policies(&m->kernel_policies); /* 0 where it cannot be told */
    if (host_firewall_look(&fw) < 0)
        return;
    m->knows_firewall = true;
    m->firewall_drops = fw.n_drop;
    memcpy(m->firewall, fw.drops, sizeof m->firewall);
}

/* ---- rights and time ---- */

static void read_rights(struct doctor_machine *m)
{
    static const uint64_t wanted =
        HOST_CAP(CAP_NET_ADMIN) | HOST_CAP(CAP_NET_RAW) | HOST_CAP(CAP_IPC_LOCK) | HOST_CAP(CAP_SYS_NICE);
    m->is_root = geteuid() == 0;
    m->missing_caps = wanted & ~host_caps_now();
}

static void read_clock(const char *root, struct doctor_machine *m)
{
    static const char *const files[] = {"/etc/passwd", "/var/lib/dpkg/status", "/etc/culvert"};
    char path[PATH_MAX];
    struct stat st;
    struct timex tx = {0};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (snprintf(path, sizeof path, "%s%s", root, files[i]) < (int)sizeof path && stat(path, &st) == 0 &&
            st.st_mtime > m->newest_s)
            m->newest_s = st.st_mtime;
    m->is_synchronised = root[0] || adjtimex(&tx) < 0 ? DOCTOR_UNKNOWN : !(tx.status & STA_UNSYNC);
}

static void read_conf(const char *root, const struct conf *conf, struct doctor_machine *m)
{
    char isolated[256] = "";
    read_line(root, isolated, sizeof isolated, "/sys/devices/system/cpu/isolated");
    m->has_config = true;
    m->wants_kb = (uint64_t)conf->eal.memory_mb * 1024;
    m->listens_tcp = conf->tcp.n_listen > 0;
    for (size_t i = 0; i < conf->workers.n_cores && m->n_cores < DOCTOR_CORES_MAX; i++)
        read_core(root, conf->workers.cores[i], isolated, &m->cores[m->n_cores++]);
    read_ports(root, conf, m);
}

void doctor_read(const char *root, const struct conf *conf, int64_t clock_s, struct doctor_machine *m)
{
    static char text[READ_MAX];
    *m = (struct doctor_machine){.clock_s = clock_s};
    read_rights(m);
    read_cpu(root, text, m);
    read_memory(root, text, m);
    m->has_iommu = read_count(root, "/sys/class/iommu", "") > 0;
    m->has_vfio = read_is_there(root, "/sys/bus/pci/drivers/vfio-pci");
    if (conf)
        read_conf(root, conf, m);
    else
        read_all_interfaces(root, m);
    read_holder(root, text, 500, &m->holders[0]);
    read_holder(root, text, 4500, &m->holders[1]);
    read_filters(root, m);
    read_clock(root, m);
}
