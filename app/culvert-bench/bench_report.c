/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `culvert-bench report`: this program with one command after another, their rows gathered, and all that is
 * written of them. A part may take all the time that is left, but for what those after it are expected to
 * need. It is told to tell before then what it has, and is ended when it does not, so that the whole is over
 * in time.
 */
#include "bench_report.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench_args.h"
#include "bench_aside.h"
#include "bench_page.h"
#include "bench_row.h"
#include "bench_spawn.h"
#include "bench_stat.h"
#include "bench_version.h"
#include "bench_wrap.h"

#define PART_WORDS     24
#define REPORT_LIMIT_S 585  /* by when all parts are over, of the ten minutes that a report may take */
#define PART_SHARE     0.85 /* of a part's time are for its rounds, the rest for its beginning and its end */
#define QUICK          " --rounds 2 --wait 3"

/* The parts: what is measured, how long it takes about, and how it is made quickly. */
struct part_row {
    const char *name, *words;
    const char *quick_words; /* NULL: left out when it must be quick */
    double expected_s, quick_expected_s;
};

/* The longest stands last: on a busy machine it is the one for which there is no time. */
static const struct part_row parts[] = {
    {"path, 1 and 1,000 SAs", "path --sizes 64,512,1420,imix --sas 1,1000",
     "path --sizes 64,512,1420,imix --sas 1,1000 --runs 1 --packets 100000" QUICK, 45, 15},
    {"raw AES-GCM, 1 to 100,000 keys",
     "raw --frames --bits 128 --sizes 64,512,1420,imix --sas 1,1000,10000,100000",
     "raw --frames --bits 128 --sizes 64,512,1420,imix --sas 1,1000,10000 --runs 1 --windows 50" QUICK, 60,
     11},
    {"stages", "stages --sizes 64,1420 --sas 1,1000",
     "stages --sizes 64,1420 --sas 1 --runs 1 --packets 100000" QUICK, 20, 8},
    {"workers", "workers --sizes 64,1420 --sas 1,1000", "workers --sizes 64 --sas 1 --runs 1" QUICK, 20, 8},
    {"churn", "churn", "churn --runs 1" QUICK, 25, 10},
    {"path, 10,000 SAs", "path --sizes 64,512,1420,imix --sas 10000",
     "path --sizes 64,1420 --sas 10000 --runs 1 --packets 100000" QUICK, 35, 9},
    {"path, 100,000 SAs", "path --sizes 64,1420 --sas 100000 --rounds 2", NULL, 110, 0},
};
#define PARTS (sizeof(parts) / sizeof(*parts))
_Static_assert(PARTS <= BENCH_REPORT_PARTS, "a report has room for each of its parts");

static const char help[] = "usage: culvert-bench report --out DIR [options]\n"
                           "\n"
                           "Makes the whole report in less than ten minutes: runs raw, path with 1 to\n"
                           "100,000 SAs, stages, workers and churn one after another, and writes into DIR\n"
                           "\n"
                           "  index.html    one page that needs nothing else: verdict, plots, a table of\n"
                           "                all figures, machine, versions, commands, load, method\n"
                           "  figures.csv   all rows; `culvert-bench columns` tells their columns\n"
                           "  figures.json  the same as an array of objects\n"
                           "  *.svg         the plots\n"
                           "\n"
                           "Files appear when they are whole. A part that fails is told in the report, the\n"
                           "others are made all the same, and the status is 1. Stop everything else on the\n"
                           "machine before: what is disturbed is starred.\n"
                           "\n"
                           "  --out DIR    the folder, which is made; files of these names are replaced\n"
                           "  --quick      about a minute on a quiet machine: fewer cases and\n"
                           "               rounds, rougher figures\n"
                           "  --add FILE   rows of another tool (pktgen-scripts, tests/bench) that go into\n"
                           "               the report; may be given several times\n"
                           "  --no-run     runs nothing: a report of the rows of --add alone\n"
                           "  --core N     CPU to measure on (default: the last one)\n"
                           "  --no-huge    packets in small pages, which is slower\n"
                           "  --json       what was made, as an object, instead of lines\n"
                           "\n"
                           "gnuplot draws (Debian: apt-get install gnuplot-nox).\n"
                           "\n"
                           "example: culvert-bench report --out report && xdg-open report/index.html\n";

/* A report under way. */
struct making {
    const struct bench_args *args;
    struct bench_report *r;
    struct bench_aside aside;
    double began;
    double expected_s; /* of it, and of those after it */
    double later_s;
    uint32_t count; /* parts that are run */
    bool is_terminal;
};

static void progress_tick(void *arg, double seconds)
{
    struct making *m = arg;
    struct bench_report_part *p = &m->r->part[m->r->part_count];
    const double left = (m->expected_s > seconds ? m->expected_s - seconds : 0) + m->later_s;
    bench_busy_sample(&p->load, "");
    if (m->is_terminal)
        fprintf(stderr, "\r\033[K[%u/%u] %s: %.0f s of about %.0f; all is done in about %.0f:%02.0f",
                m->r->part_count + 1, m->count, p->name, seconds, m->expected_s, (double)(int)(left / 60),
                left - 60 * (int)(left / 60));
}

static void progress_say(const struct making *m, const char *what)
{
    const struct bench_report_part *p = &m->r->part[m->r->part_count];
    fprintf(stderr, "%s[%u/%u] %s: %s\n", m->is_terminal ? "\r\033[K" : "", m->r->part_count + 1, m->count,
            p->name, what);
}

/* The words of a part's command, with the options of the report that it takes. argv borrows from `text`. */
static void part_words(const struct bench_args *a, const char *words, double limit_s, char *text, size_t cap,
                       char *argv[PART_WORDS])
{
    int argc = 0;
    char *save = NULL;
    struct base_text t = base_text(text, cap);
    const bool has_pages = strncmp(words, "raw", 3) != 0, has_core = strncmp(words, "workers", 7) != 0;
    base_text_add(&t, "culvert-bench %s --csv --limit %.0f", words, fmax(1, floor(PART_SHARE * limit_s)));
    if (has_core)
        base_text_add(&t, " --core %u", a->core);
    if (has_pages && a->is_small_paged)
        base_text_add(&t, " --no-huge");
    for (char *word = strtok_r(text, " ", &save); word && argc < PART_WORDS - 1;
         word = strtok_r(NULL, " ", &save))
        argv[argc++] = word;
    argv[argc] = NULL;
}

static void part_command(struct bench_report_part *p, char *const argv[])
{
    struct base_text t = base_text(p->command, sizeof(p->command));
    for (int i = 0; argv[i]; i++)
        base_text_add(&t, "%s%s", i ? " " : "", argv[i]);
}

/* What a part gave, and what is wrong with it. */
static void part_take(struct making *m, struct bench_report_part *p, int err,
                      const struct bench_spawn_end *end, const char *csv, const char *log)
{
    struct base_text t = base_text(p->problem, sizeof(p->problem));
    const size_t before = m->r->csv.count;
    p->seconds = end->seconds;
    if (err)
        base_text_add(&t, "it could not be started: %s", strerror(-err));
    else if (end->is_late)
        base_text_add(&t, "it was ended after %.0f s, within which it was not done", end->seconds);
    else if (end->status) {
        base_text_add(&t, "it ended with status %d, and said: ", end->status);
        bench_spawn_said(log, &t);
    }
    char reason[BENCH_CSV_WHY];
    struct base_text why = base_text(reason, sizeof(reason));
    /* What it gave counts although a case of it failed; if it was ended in the midst of a row, that goes
     * without saying. */
    if (!err && bench_csv_read(&m->r->csv, csv, &why) && !t.len)
        base_text_add(&t, "its rows cannot be read: %s", reason);
    p->rows = (uint32_t)(m->r->csv.count - before);
    if (!t.len && !p->rows)
        base_text_add(&t, "it gave no rows");
}

/* Whether a part is run at all, and how long it takes then. */
static bool part_is_run(const struct making *m, const struct part_row *row)
{
    return !m->args->is_idle && (!m->args->is_quick || row->quick_words);
}

static double part_expected(const struct making *m, const struct part_row *row)
{
    return m->args->is_quick ? row->quick_expected_s : row->expected_s;
}

/* Runs one part to its end. 0, or -EINTR. */
static int part_run(struct making *m, const struct part_row *row)
{
    struct bench_report_part *p = &m->r->part[m->r->part_count];
    char text[512], csv[BENCH_ASIDE_PATH], log[BENCH_ASIDE_PATH], said[64];
    char *argv[PART_WORDS];
    struct bench_spawn_end end = {0};
    p->name = row->name;
    bench_aside_path(&m->aside, "part.csv", csv);
    bench_aside_path(&m->aside, "part.log", log);
    m->expected_s = part_expected(m, row);
    m->later_s -= m->expected_s;
    const double limit_s = m->began + REPORT_LIMIT_S - m->later_s - bench_spawn_now();
    part_words(m->args, m->args->is_quick ? row->quick_words : row->words, limit_s, text, sizeof(text), argv);
    part_command(p, argv);
    const struct bench_spawn s = {.argv = argv,
                                  .program = BENCH_SPAWN_SELF,
                                  .out_path = csv,
                                  .err_path = log,
                                  .limit_s = limit_s,
                                  .tick = progress_tick,
                                  .tick_arg = m};
    if (!m->is_terminal) {
        snprintf(said, sizeof(said), "about %.0f s", m->expected_s);
        progress_say(m, said);
    }
    bench_busy_start(&p->load, "");
    const int err = bench_spawn_run(&s, &end);
    if (err == -EINTR)
        return err;
    part_take(m, p, err, &end, csv, log);
    snprintf(said, sizeof(said), "%u rows in %.0f s", p->rows, p->seconds);
    progress_say(m, *p->problem ? p->problem : said);
    m->r->part_count++;
    return 0;
}

/* What `culvert-bench --version` says, into the report. */
static void versions_take(struct bench_report *r)
{
    const struct about_running running = bench_version_running();
    FILE *f = fmemopen(r->versions, sizeof(r->versions), "w");
    if (!f)
        return;
    about_version_print(f, "culvert-bench", &running);
    fclose(f);
}

/* Writes one file of the result by `write`, and keeps it. */
static int result_write(struct making *m, const char *name, void (*write)(FILE *f, const struct making *m),
                        struct base_text *why)
{
    char path[BENCH_ASIDE_PATH];
    bench_aside_path(&m->aside, name, path);
    FILE *f = fopen(path, "we");
    if (f)
        write(f, m);
    const bool is_bad = f && ferror(f);
    if (!f || fclose(f) || is_bad) {
        base_text_add(why, "cannot write %s: %s", path, strerror(errno));
        return -EIO;
    }
    bench_aside_keep(&m->aside, name);
    return 0;
}

static void result_csv(FILE *f, const struct making *m)
{
    bench_csv_write(f, &m->r->csv);
}

static void result_json(FILE *f, const struct making *m)
{
    bench_csv_json(f, &m->r->csv);
}

static void result_page(FILE *f, const struct making *m)
{
    bench_page_write(f, m->r, &m->aside);
}

/* Draws what can be drawn. 0, or -EINTR. */
static int plots_make(struct making *m)
{
    struct bench_report *r = m->r;
    struct base_text why = base_text(r->no_plots, sizeof(r->no_plots));
    const int count = bench_plot_pick(&r->csv, &r->plots);
    if (count < 0)
        base_text_add(&why, "no memory");
    r->plot_count = count > 0 ? count : 0;
    const int err = bench_plot_draw(&m->aside, r->plots, r->plot_count, &why);
    if (err == -ENOENT)
        r->plot_count = 0;
    return err == -EINTR ? err : 0;
}

/* All parts, and all files. 0, or a negative errno and why: -EINTR without words. */
static int report_make(struct making *m, struct base_text *why)
{
    int err = 0;
    versions_take(m->r);
    bench_facts_read(&m->r->facts, "", bench_tsc_hz());
    for (size_t i = 0; i < PARTS; i++)
        if (part_is_run(m, &parts[i])) {
            m->later_s += part_expected(m, &parts[i]);
            m->count++;
        }
    for (size_t i = 0; err != -EINTR && i < PARTS; i++)
        if (part_is_run(m, &parts[i]))
            err = part_run(m, &parts[i]);
    if (err != -EINTR)
        err = plots_make(m);
    m->r->seconds = bench_spawn_now() - m->began;
    err = err ? err : result_write(m, "figures.csv", result_csv, why);
    err = err ? err : result_write(m, "figures.json", result_json, why);
    err = err ? err : result_write(m, "index.html", result_page, why);
    if (!err && bench_spawn_signal())
        err = -EINTR;
    return err ? err : bench_aside_commit(&m->aside, why);
}

static void summary_json(const struct making *m, enum bench_report_grade grade, const char *why)
{
    uint32_t starred;
    const uint32_t count = bench_report_figures(&m->r->csv, &starred);
    printf("{\"verdict\":\"%s\",\"reason\":", bench_report_grade_name(grade));
    bench_row_text(stdout, BENCH_FORM_JSON, why);
    printf(",\"figures\":%u,\"starred\":%u,\"seconds\":%.0f,\"out\":", count, starred, m->r->seconds);
    bench_row_text(stdout, BENCH_FORM_JSON, m->aside.out);
    fputs(",\"files\":[", stdout);
    for (uint32_t i = 0; i < m->aside.count; i++)
        printf("%s\"%s\"", i ? "," : "", m->aside.name[i]);
    fputs("],\"parts\":[", stdout);
    for (uint32_t i = 0; i < m->r->part_count; i++) {
        const struct bench_report_part *p = &m->r->part[i];
        printf("%s{\"name\":\"%s\",\"command\":", i ? "," : "", p->name);
        bench_row_text(stdout, BENCH_FORM_JSON, p->command);
        printf(",\"seconds\":%.0f,\"rows\":%u,\"problem\":", p->seconds, p->rows);
        if (*p->problem)
            bench_row_text(stdout, BENCH_FORM_JSON, p->problem);
        fputs(*p->problem ? "}" : "null}", stdout);
    }
    puts("]}");
}

/* Says what was made. Returns the exit status. */
static int summary_print(const struct making *m)
{
    char text[4096];
    struct base_text why = base_text(text, sizeof(text));
    const enum bench_report_grade grade = bench_report_judge(m->r, &why);
    if (m->args->is_json) {
        summary_json(m, grade, text);
    } else {
        char line[4200];
        snprintf(line, sizeof(line), "%s: %s", bench_report_grade_name(grade), text);
        bench_wrap(stdout, 0, 2, line);
        printf("%.0f s, %u files: %s/index.html\n", m->r->seconds, m->aside.count, m->aside.out);
    }
    return grade == BENCH_REPORT_INCOMPLETE ? 1 : 0;
}

/* Name and command of the run, and rows of other tools. Whether those can be read. */
static bool report_begin(struct bench_report *r, const struct bench_args *a)
{
    static char run[32];
    const time_t now = time(NULL);
    struct tm utc;
    struct base_text t = base_text(r->command, sizeof(r->command));
    strftime(run, sizeof(run), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    r->run = run;
    r->is_quick = a->is_quick;
    setenv("RUN", run, 1);
    base_text_add(&t, "culvert-bench report --out %s --core %u%s%s", a->out, a->core,
                  a->is_quick  ? " --quick"
                  : a->is_idle ? " --no-run"
                               : "",
                  a->is_small_paged ? " --no-huge" : "");
    for (uint32_t i = 0; i < a->add_count; i++) {
        char reason[BENCH_CSV_WHY];
        struct base_text why = base_text(reason, sizeof(reason));
        if (bench_csv_read(&r->csv, a->add[i], &why)) {
            fprintf(stderr, "culvert-bench report: %s\n", reason);
            return false;
        }
        base_text_add(&t, " --add %s", a->add[i]);
        r->add[r->add_count++] = a->add[i];
    }
    return true;
}

int bench_report_main(int argc, char **argv)
{
    static struct bench_report r;
    struct bench_args a = {0};
    char text[1024];
    struct base_text why = base_text(text, sizeof(text));
    if (bench_args_parse(&a, argc, argv, "jOAQNcu", help))
        return 2;
    if (!a.out || (a.is_idle && !a.add_count)) {
        fputs("culvert-bench report: it needs --out DIR, where the report goes, and with --no-run also --add "
              "FILE; see --help\n",
              stderr);
        return 2;
    }
    struct making m = {.args = &a, .r = &r, .began = bench_spawn_now(), .is_terminal = isatty(STDERR_FILENO)};
    if (!report_begin(&r, &a))
        return 2;
    bench_spawn_hold();
    int err = bench_aside_open(&m.aside, a.out, &why);
    if (!err)
        err = report_make(&m, &why);
    const int status = err ? 1 : summary_print(&m);
    bench_aside_close(&m.aside);
    if (err == -EINTR)
        fprintf(stderr, "\nculvert-bench report: interrupted, nothing was written\n");
    else if (err)
        fprintf(stderr, "culvert-bench report: %s\n", text);
    bench_csv_free(&r.csv);
    free(r.plots);
    return err == -EINTR ? 128 + bench_spawn_signal() : status;
}
