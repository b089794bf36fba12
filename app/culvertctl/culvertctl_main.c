/* SPDX-License-Identifier: BSD-3-Clause */
/* culvertctl: gives the command line a socket and a clock. All else is in lib/cli. */
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "api_client.h"
#include "cli.h"
#include "doctor_ask.h"

#define COLUMNS_MAX 10000

struct link {
    int fd; /* -1: not connected yet */
};

static int call(void *ctx, const char *socket, unsigned timeout_ms, const char *command, json_t *args,
                struct api_response *out, char *why, size_t why_size)
{
    struct link *link = ctx;
    if (link->fd < 0)
        link->fd = api_client_open(socket, timeout_ms, why, why_size);
    if (link->fd < 0) {
        json_decref(args);
        return -1;
    }
    return api_client_call(link->fd, command, args, out, why, why_size);
}

static void sleep_ms(void *ctx, unsigned ms)
{
    const struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
    (void)ctx;
    nanosleep(&t, NULL);
}

/* COLUMNS when it is set, else those of the terminal, else 0: a pipe or a file takes lines of any length. */
static unsigned columns(void)
{
    const char *text = getenv("COLUMNS");
    const unsigned long n = text ? strtoul(text, NULL, 10) : 0;
    struct winsize size;
    if (n > 0)
        return n < COLUMNS_MAX ? (unsigned)n : 0;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

int main(int argc, char **argv)
{
    struct link link = {-1};
    const struct cli_io io = {.in = stdin,
                              .out = stdout,
                              .err = stderr,
                              .columns = columns(),
                              .ctx = &link,
                              .call = call,
                              .sleep_ms = sleep_ms,
                              .ask = doctor_ask};
    signal(SIGPIPE, SIG_IGN);
    const int rc = cli_run(argc, argv, &io);
    if (link.fd >= 0)
        close(link.fd);
    return rc;
}
