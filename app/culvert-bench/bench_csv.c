/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The one reader of rows. Cells are unquoted into a block as large as the file, since none grows by that;
 * then each column is held against what it must be.
 */
#include "bench_csv.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base_file.h"
#include "base_span.h"
#include "bench_row.h"

#define CSV_BYTES_MAX (64u << 20)
#define CSV_END       (-1) /* in the place of a byte: there is none left */

/* Where the reading of one file is. */
struct csv {
    struct base_reader in;
    struct base_writer text; /* cells, a NUL after each */
    const char *path;
    uint32_t line; /* that the row began in */
    uint32_t next; /* that is being read */
    struct base_text *why;
};

#define csv_refuse(c, ...) (csv_say(c), base_text_add((c)->why, __VA_ARGS__), -EINVAL)

static void csv_say(struct csv *c)
{
    base_text_add(c->why, "%s:%u: ", c->path, c->line);
}

/* The next byte, with a line's end as one '\n' however it is written. */
static int csv_byte(struct csv *c)
{
    if (!base_reader_left(&c->in))
        return CSV_END;
    int byte = base_read_u8(&c->in);
    if (byte == '\r' && base_reader_left(&c->in) && *c->in.pos == '\n')
        byte = base_read_u8(&c->in);
    c->next += byte == '\n';
    return byte;
}

/* What follows the opening quote, up to the delimiter behind the closing one, into *delimiter. */
static int csv_quoted(struct csv *c, int *delimiter)
{
    for (;;) {
        int byte = csv_byte(c);
        if (byte == CSV_END)
            return csv_refuse(c, "a quote in the row that begins here is not closed");
        if (byte == '"') {
            *delimiter = csv_byte(c);
            if (*delimiter == ',' || *delimiter == '\n' || *delimiter == CSV_END)
                return 0;
            if (*delimiter != '"')
                return csv_refuse(c, "after the closing quote of a cell stands something else than a comma "
                                     "(a quote within quotes is written twice)");
        }
        base_write_u8(&c->text, (uint8_t)byte);
    }
}

/* One cell: its text in *cell, and what ended it (comma, line end, CSV_END) in *delimiter. */
static int csv_cell(struct csv *c, const char **cell, int *delimiter)
{
    *cell = (const char *)c->text.buf + c->text.pos;
    int byte = csv_byte(c), err = 0;
    if (byte == '"')
        err = csv_quoted(c, &byte);
    else
        for (; byte != ',' && byte != '\n' && byte != CSV_END; byte = csv_byte(c)) {
            if (byte == '"')
                return csv_refuse(c, "a quote stands within a cell that does not begin with one");
            base_write_u8(&c->text, (uint8_t)byte);
        }
    base_write_u8(&c->text, 0);
    *delimiter = byte;
    return err;
}

/* One line of cells. 0, or -EINVAL: they are not as many as there are columns, or are broken. */
static int csv_row(struct csv *c, const char *cell[BENCH_COLUMNS])
{
    int delimiter = ',', count = 0;
    c->line = c->next;
    for (; delimiter == ','; count++) {
        const char *rest;
        int err = csv_cell(c, count < BENCH_COLUMNS ? &cell[count] : &rest, &delimiter);
        if (err)
            return err;
    }
    if (count != BENCH_COLUMNS)
        return csv_refuse(c, "the row has %d cells, and there are %d columns%s", count, (int)BENCH_COLUMNS,
                          delimiter == CSV_END ? "; the file ends here: was it cut off?" : "");
    return 0;
}

static bool row_is_header(const char *const cell[BENCH_COLUMNS])
{
    for (int i = 0; i < BENCH_COLUMNS; i++)
        if (strcmp(cell[i], bench_columns_name(i)) != 0)
            return false;
    return true;
}

/* Whether the bytes are UTF-8 (RFC 3629) that shows: no control character, line ends only where they may be.
 */
static bool text_is_clean(const char *text, bool may_have_lines)
{
    const uint8_t *p = (const uint8_t *)text;
    while (*p) {
        static const uint8_t lead[] = {0xc0, 0xe0, 0xf0}, mask[] = {0xe0, 0xf0, 0xf8};
        static const uint32_t least[] = {0x80, 0x800, 0x10000};
        uint32_t code = *p, more = 0;
        for (uint32_t i = 0; i < 3; i++)
            if ((*p & mask[i]) == lead[i]) {
                more = i + 1;
                code = *p & (uint8_t)~mask[i];
            }
        if (!more && (*p >= 0x80 || *p == 0x7f))
            return false;
        if (*p < ' ' && *p != '\t' && !(may_have_lines && (*p == '\n' || *p == '\r')))
            return false;
        for (uint32_t i = 0; i < more; i++) {
            if ((p[i + 1] & 0xc0) != 0x80)
                return false;
            code = code << 6 | (p[i + 1] & 0x3fu);
        }
        if (more && (code < least[more - 1] || code > 0x10ffff || (code >> 11) == 0x1b))
            return false;
        p += more + 1;
    }
    return true;
}

/* A whole number in digits; "" is 0. */
static bool count_parse(const char *text, uint32_t *out)
{
    uint64_t v = 0;
    for (const char *p = text; *p; p++) {
        if (*p < '0' || *p > '9' || (v = v * 10 + (uint64_t)(*p - '0')) > UINT32_MAX)
            return false;
    }
    *out = (uint32_t)v;
    return true;
}

static bool number_parse(const char *text, double *out)
{
    char *end;
    if (!*text || text[strspn(text, "0123456789+-.eE")])
        return false;
    *out = strtod(text, &end);
    return !*end && isfinite(*out);
}

static int csv_counts(struct csv *c, struct bench_csv_row *f)
{
    static const uint8_t columns[] = {BENCH_COLUMN_sas, BENCH_COLUMN_workers, BENCH_COLUMN_rounds};
    uint32_t *const to[] = {&f->sas, &f->workers, &f->rounds};
    for (int i = 0; i < 3; i++)
        if (!count_parse(f->cell[columns[i]], to[i]))
            return csv_refuse(c, "%s is \"%s\", which is no whole number", bench_columns_name(columns[i]),
                              f->cell[columns[i]]);
    const char *starred = f->cell[BENCH_COLUMN_starred];
    f->is_starred = !strcmp(starred, "1");
    if (!f->is_starred && strcmp(starred, "0") != 0)
        return csv_refuse(c, "starred is \"%s\"; it is 0 or 1", starred);
    return 0;
}

static int csv_three(struct csv *c, struct bench_csv_row *f)
{
    static const uint8_t columns[] = {BENCH_COLUMN_min, BENCH_COLUMN_median, BENCH_COLUMN_max};
    double *const to[] = {&f->min, &f->median, &f->max};
    for (int i = 0; i < 3; i++) {
        const char *text = f->cell[columns[i]];
        if (!f->rounds && *text)
            return csv_refuse(c, "rounds is 0 and %s is \"%s\": no round, no figure",
                              bench_columns_name(columns[i]), text);
        if (f->rounds && !number_parse(text, to[i]))
            return csv_refuse(c, "%s is \"%s\", which is no number", bench_columns_name(columns[i]), text);
    }
    if (f->min > f->median || f->median > f->max)
        return csv_refuse(c, "min, median and max are %s, %s, %s, which is not their order",
                          f->cell[BENCH_COLUMN_min], f->cell[BENCH_COLUMN_median], f->cell[BENCH_COLUMN_max]);
    if ((f->is_starred || !f->rounds) && !*f->cell[BENCH_COLUMN_reason])
        return csv_refuse(c, "the row is starred or has no figure, and gives no reason");
    return 0;
}

/* What a row must have, from its cells into the rest of *f. */
static int csv_judge(struct csv *c, struct bench_csv_row *f)
{
    static const uint8_t needed[] = {BENCH_COLUMN_run, BENCH_COLUMN_tool, BENCH_COLUMN_scenario,
                                     BENCH_COLUMN_metric, BENCH_COLUMN_unit};
    uint32_t version;
    if (!count_parse(f->cell[BENCH_COLUMN_columns_version], &version) || version != BENCH_COLUMNS_VERSION)
        return csv_refuse(c, "the row is of version \"%s\" of the columns, and this program knows %d",
                          f->cell[BENCH_COLUMN_columns_version], BENCH_COLUMNS_VERSION);
    for (size_t i = 0; i < sizeof(needed); i++)
        if (!*f->cell[needed[i]])
            return csv_refuse(c, "%s is empty", bench_columns_name(needed[i]));
    for (int i = 0; i < BENCH_COLUMNS; i++)
        if (!text_is_clean(f->cell[i], i == BENCH_COLUMN_reason))
            return csv_refuse(c, "%s has control characters, or is not UTF-8", bench_columns_name(i));
    const char *way = f->cell[BENCH_COLUMN_way];
    if (*way && strcmp(way, "in") != 0 && strcmp(way, "out") != 0 && strcmp(way, "both") != 0)
        return csv_refuse(c, "way is \"%s\"; it is in, out, both, or empty", way);
    int err = csv_counts(c, f);
    return err ? err : csv_three(c, f);
}

static struct bench_csv_row *csv_room(struct bench_csv *t)
{
    if (t->count == t->room) {
        const size_t room = t->room ? 2 * t->room : 256;
        struct bench_csv_row *rows = realloc(t->rows, room * sizeof(*rows));
        if (!rows)
            return NULL;
        t->rows = rows;
        t->room = room;
    }
    return memset(&t->rows[t->count], 0, sizeof(*t->rows));
}

/* All lines of a file whose cells c writes. */
static int csv_rows(struct csv *c, struct bench_csv *t)
{
    const char *header[BENCH_COLUMNS];
    c->line = c->next = 1;
    if (!base_reader_left(&c->in))
        return csv_refuse(c, "the file is empty; it begins with the line that `culvert-bench columns --csv` "
                             "prints");
    if (memchr(c->in.pos, 0, base_reader_left(&c->in)))
        return csv_refuse(c, "the file has NUL bytes: it is no text");
    struct base_text *why = c->why;
    char ignored[BENCH_CSV_WHY];
    struct base_text other = base_text(ignored, sizeof(ignored));
    c->why = &other;
    const bool is_ours = !csv_row(c, header) && row_is_header(header);
    c->why = why;
    if (!is_ours)
        return csv_refuse(c,
                          "this is not the header of version %d of the columns, which `culvert-bench columns "
                          "--csv` prints: the file is of another version or of something else",
                          BENCH_COLUMNS_VERSION);
    while (base_reader_left(&c->in)) {
        struct bench_csv_row *f = csv_room(t);
        if (!f)
            return -ENOMEM;
        int err = csv_row(c, f->cell);
        if (!err && row_is_header(f->cell))
            continue;
        err = err ? err : csv_judge(c, f);
        if (err)
            return err;
        t->count++;
    }
    return 0;
}

/* A block for the texts of one more file. */
static char *csv_text(struct bench_csv *t, size_t bytes)
{
    char **texts = realloc(t->texts, (t->text_count + 1) * sizeof(*texts));
    if (!texts)
        return NULL;
    t->texts = texts;
    return t->texts[t->text_count] = malloc(bytes);
}

int bench_csv_read(struct bench_csv *t, const char *path, struct base_text *why)
{
    struct base_file file;
    int err = base_file_read(path, CSV_BYTES_MAX, false, &file, why);
    if (err)
        return err;
    /* Each cell ends by a delimiter, in whose place stands its NUL, and the last one by the file's end. */
    const size_t cap = file.len + 1;
    char *text = csv_text(t, cap);
    struct csv c = {.in = base_reader(base_file_span(&file)), .path = path, .why = why};
    const size_t before = t->count;
    if (text) {
        c.text = base_writer(text, cap);
        err = csv_rows(&c, t);
    } else {
        err = -ENOMEM;
    }
    base_file_free(&file);
    if (err == -ENOMEM)
        base_text_add(why, "%s: no memory for it", path);
    if (err) {
        t->count = before;
        free(text);
    } else {
        t->text_count++;
    }
    return err;
}

void bench_csv_write(FILE *f, const struct bench_csv *t)
{
    bench_columns_csv(f);
    for (size_t n = 0; n < t->count; n++)
        for (int i = 0; i < BENCH_COLUMNS; i++) {
            bench_row_text(f, BENCH_FORM_CSV, t->rows[n].cell[i]);
            fputs(i + 1 < BENCH_COLUMNS ? "," : "\n", f);
        }
}

static bool column_is_number(int column)
{
    switch ((enum bench_column)column) {
    case BENCH_COLUMN_columns_version:
    case BENCH_COLUMN_sas:
    case BENCH_COLUMN_workers:
    case BENCH_COLUMN_min:
    case BENCH_COLUMN_median:
    case BENCH_COLUMN_max:
    case BENCH_COLUMN_rounds:
    case BENCH_COLUMN_starred:
        return true;
    default:
        return false;
    }
}

void bench_csv_json(FILE *f, const struct bench_csv *t)
{
    fputs("[", f);
    for (size_t n = 0; n < t->count; n++) {
        fputs(n ? ",\n" : "\n", f);
        for (int i = 0; i < BENCH_COLUMNS; i++) {
            const char *cell = t->rows[n].cell[i];
            fprintf(f, "%s\"%s\":", i ? "," : "{", bench_columns_name(i));
            if (!*cell)
                fputs("null", f);
            else if (column_is_number(i))
                fprintf(f, "%.10g", strtod(cell, NULL)); /* JSON knows no "+1" and no "007" */
            else
                bench_row_text(f, BENCH_FORM_JSON, cell);
        }
        fputs("}", f);
    }
    fputs("\n]\n", f);
}

void bench_csv_free(struct bench_csv *t)
{
    for (size_t i = 0; i < t->text_count; i++)
        free(t->texts[i]);
    free(t->texts);
    free(t->rows);
    *t = (struct bench_csv){0};
}
