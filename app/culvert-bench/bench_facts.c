/* SPDX-License-Identifier: BSD-3-Clause */
/* The machine in words. Each fact is a row of the table at the end: its name, and who tells it. */
#include "bench_facts.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base_text.h"

/* Instructions of the cipher, widths of vectors, and what makes the TSC a clock. */
static const char flags_wanted[] =
    " aes vaes pclmulqdq vpclmulqdq avx2 avx512f avx512bw avx512vl avx512_ifma "
    "avx512ifma gfni sha_ni bmi2 constant_tsc nonstop_tsc tsc_reliable ht ";

bool bench_facts_file(const char *root, const char *path, char *text, size_t cap)
{
    char full[512];
    snprintf(full, sizeof(full), "%s%s", root, path);
    FILE *f = fopen(full, "re");
    size_t len = f ? fread(text, 1, cap - 1, f) : 0;
    if (f)
        fclose(f);
    while (len && isspace((unsigned char)text[len - 1]))
        len--;
    text[len] = '\0';
    return f != NULL;
}

/* What stands behind "name :" in /proc/cpuinfo, up to the end of its line, in out; NULL if it is not there.
 */
static const char *cpuinfo_find(const char *cpuinfo, const char *name, char *out, size_t cap)
{
    for (const char *line = cpuinfo; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        const size_t len = strlen(name);
        if (strncmp(line, name, len) != 0 || !strchr("\t :", line[len]))
            continue;
        const char *value = line + strcspn(line, ":\n");
        value += strspn(value, ": ");
        snprintf(out, cap, "%.*s", (int)strcspn(value, "\n"), value);
        return out;
    }
    return NULL;
}

struct fact_source {
    const char *root;
    double tsc_hz;
    char cpuinfo[16384]; /* of the first CPUs */
    char text[4096];     /* scratch */
};

static void fact_cpu(struct fact_source *s, struct base_text *t)
{
    static const char *const fields[] = {"cpu family", "model", "stepping", "microcode"};
    char value[256];
    base_text_add(t, "%s", cpuinfo_find(s->cpuinfo, "model name", value, sizeof(value)) ? value : "not told");
    for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
        if (cpuinfo_find(s->cpuinfo, fields[i], value, sizeof(value)))
            base_text_add(t, ", %s %s", fields[i], value);
}

static void fact_number(struct fact_source *s, struct base_text *t)
{
    char value[32];
    if (bench_facts_file(s->root, "/sys/devices/system/cpu/online", s->text, sizeof(s->text)))
        base_text_add(t, "online: %s", s->text);
    if (cpuinfo_find(s->cpuinfo, "cpu cores", value, sizeof(value)))
        base_text_add(t, "; cores in a socket: %s", value);
    if (bench_facts_file(s->root, "/sys/devices/system/cpu/smt/control", s->text, sizeof(s->text)))
        base_text_add(t, "; SMT: %s", s->text);
}

static void fact_flags(struct fact_source *s, struct base_text *t)
{
    char flags[4096], *save = NULL;
    if (!cpuinfo_find(s->cpuinfo, "flags", flags, sizeof(flags)))
        return;
    for (char *word = strtok_r(flags, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        char padded[48];
        snprintf(padded, sizeof(padded), " %.40s ", word);
        if (strstr(flags_wanted, padded))
            base_text_add(t, "%s%s", t->len ? " " : "", word);
    }
}

static void fact_tsc(struct fact_source *s, struct base_text *t)
{
    base_text_add(t, "%.4f GHz as measured", s->tsc_hz / 1e9);
    if (bench_facts_file(s->root, "/sys/devices/system/clocksource/clocksource0/current_clocksource", s->text,
                         sizeof(s->text)))
        base_text_add(t, "; clock of the kernel: %s", s->text);
}

static void fact_caches(struct fact_source *s, struct base_text *t)
{
    for (int i = 0; i < 8; i++) {
        char path[96], level[8], type[32], size[32];
        const char *const names[] = {"level", "type", "size"};
        char *const to[] = {level, type, size};
        const size_t caps[] = {sizeof(level), sizeof(type), sizeof(size)};
        for (int k = 0; k < 3; k++) {
            snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu0/cache/index%d/%s", i, names[k]);
            if (!bench_facts_file(s->root, path, to[k], caps[k]))
                return;
        }
        base_text_add(t, "%sL%s%s %s", i ? ", " : "", level,
                      *type == 'I'   ? "i"
                      : *type == 'D' ? "d"
                                     : "",
                      size);
    }
}

static void fact_governor(struct fact_source *s, struct base_text *t)
{
    if (bench_facts_file(s->root, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", s->text,
                         sizeof(s->text)))
        base_text_add(t, "%s", s->text);
    else
        base_text_add(t, "none: the frequency is not this kernel's to choose");
}

static void fact_hypervisor(struct fact_source *s, struct base_text *t)
{
    char flags[4096], product[128];
    const bool is_guest =
        cpuinfo_find(s->cpuinfo, "flags", flags, sizeof(flags)) && strstr(flags, " hypervisor");
    if (!is_guest) {
        base_text_add(t, "none is told by the CPU");
        return;
    }
    base_text_add(t, "a virtual machine");
    if (bench_facts_file(s->root, "/sys/hypervisor/type", s->text, sizeof(s->text)))
        base_text_add(t, ", %s", s->text);
    if (bench_facts_file(s->root, "/sys/class/dmi/id/sys_vendor", s->text, sizeof(s->text)))
        base_text_add(t, ", %s", s->text);
    if (bench_facts_file(s->root, "/sys/class/dmi/id/product_name", product, sizeof(product)))
        base_text_add(t, " %s", product);
}

static void fact_hugepages(struct fact_source *s, struct base_text *t)
{
    static const char *const sizes[] = {"2048", "1048576"};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        char path[96], number[32], unused[32];
        snprintf(path, sizeof(path), "/sys/kernel/mm/hugepages/hugepages-%skB/nr_hugepages", sizes[i]);
        if (!bench_facts_file(s->root, path, number, sizeof(number)))
            continue;
        snprintf(path, sizeof(path), "/sys/kernel/mm/hugepages/hugepages-%skB/free_hugepages", sizes[i]);
        if (bench_facts_file(s->root, path, unused, sizeof(unused)))
            base_text_add(t, "%s%s of %s kB, %s free", t->len ? "; " : "", number, sizes[i], unused);
    }
    if (bench_facts_file(s->root, "/sys/kernel/mm/transparent_hugepage/enabled", s->text, sizeof(s->text)))
        base_text_add(t, "%stransparent: %s", t->len ? "; " : "", s->text);
}

static void fact_memory(struct fact_source *s, struct base_text *t)
{
    if (bench_facts_file(s->root, "/proc/meminfo", s->text, sizeof(s->text)))
        base_text_add(t, "%.1f GiB",
                      (double)strtoull(s->text + strcspn(s->text, "0123456789\n"), NULL, 10) / (1 << 20));
}

static void fact_kernel(struct fact_source *s, struct base_text *t)
{
    static const char *const files[] = {"ostype", "osrelease", "version"};
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        char path[64];
        snprintf(path, sizeof(path), "/proc/sys/kernel/%s", files[i]);
        if (bench_facts_file(s->root, path, s->text, sizeof(s->text)))
            base_text_add(t, "%s%s", i ? " " : "", s->text);
    }
}

static void fact_system(struct fact_source *s, struct base_text *t)
{
    if (!bench_facts_file(s->root, "/etc/os-release", s->text, sizeof(s->text)))
        return;
    const char *name = strstr(s->text, "PRETTY_NAME=\"");
    if (name) {
        name += strlen("PRETTY_NAME=\"");
        base_text_add(t, "%.*s", (int)strcspn(name, "\"\n"), name);
    }
}

/* What the kernel was told to keep away from CPUs; the rest of its command line is the machine's own. */
static void fact_isolation(struct fact_source *s, struct base_text *t)
{
    static const char *const wanted[] = {"isolcpus=", "nohz_full=", "rcu_nocbs=", "mitigations=", "idle="};
    char *save = NULL;
    if (!bench_facts_file(s->root, "/proc/cmdline", s->text, sizeof(s->text)))
        return;
    for (char *word = strtok_r(s->text, " ", &save); word; word = strtok_r(NULL, " ", &save))
        for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
            if (!strncmp(word, wanted[i], strlen(wanted[i])))
                base_text_add(t, "%s%s", t->len ? " " : "", word);
    if (!t->len)
        base_text_add(t, "none");
}

/* A file each, named as the weakness: those that cost nothing are left out. */
static void fact_mitigations(struct fact_source *s, struct base_text *t)
{
    char path[512];
    struct dirent **entries;
    snprintf(path, sizeof(path), "%s/sys/devices/system/cpu/vulnerabilities", s->root);
    const int count = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof(path), "/sys/devices/system/cpu/vulnerabilities/%.64s", entries[i]->d_name);
        if (entries[i]->d_name[0] != '.' && bench_facts_file(s->root, path, s->text, sizeof(s->text)) &&
            strcmp(s->text, "Not affected") != 0)
            base_text_add(t, "%s%s: %s", t->len ? "; " : "", entries[i]->d_name, s->text);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    if (count > 0 && !t->len)
        base_text_add(t, "none needed");
}

void bench_facts_read(struct bench_facts *f, const char *root, double tsc_hz)
{
    static const struct {
        const char *name;
        void (*tell)(struct fact_source *s, struct base_text *t);
    } facts[] = {
        {"CPU", fact_cpu},
        {"CPUs", fact_number},
        {"CPU flags that matter", fact_flags},
        {"TSC", fact_tsc},
        {"caches of CPU 0", fact_caches},
        {"frequency governor", fact_governor},
        {"memory", fact_memory},
        {"huge pages", fact_hugepages},
        {"hypervisor", fact_hypervisor},
        {"kernel", fact_kernel},
        {"system", fact_system},
        {"CPUs kept free", fact_isolation},
        {"mitigations in force", fact_mitigations},
    };
    static struct fact_source s;
    s = (struct fact_source){.root = root, .tsc_hz = tsc_hz};
    bench_facts_file(root, "/proc/cpuinfo", s.cpuinfo, sizeof(s.cpuinfo));
    f->count = 0;
    for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++) {
        struct bench_fact *fact = &f->fact[f->count++];
        struct base_text t = base_text(fact->value, sizeof(fact->value));
        fact->name = facts[i].name;
        facts[i].tell(&s, &t);
        if (!t.len)
            base_text_add(&t, "not told by this kernel");
    }
}
