/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `culvert-bench columns`: its options.
 */
#include "bench_args.h"
#include "bench_columns.h"

static const char help[] =
    "usage: culvert-bench columns [--csv | --json]\n"
    "\n"
    "Prints the columns that every figure of this project has, whichever tool measured it: name, kind or "
    "unit,\n"
    "and meaning. The format is long: one row, one figure. Rows of several tools can stand in one file.\n"
    "\n"
    "  --csv   the header line of such a file\n"
    "  --json  version, names, kinds and meanings as one object\n"
    "\n"
    "example: culvert-bench columns --csv | cat - results/*.csv\n";

int bench_columns_main(int argc, char **argv)
{
    struct bench_args a = {0};
    if (bench_args_parse(&a, argc, argv, "jx", help))
        return 2;
    if (a.is_csv)
        bench_columns_csv(stdout);
    else if (a.is_json)
        bench_columns_json(stdout);
    else
        bench_columns_print(stdout);
    return 0;
}
