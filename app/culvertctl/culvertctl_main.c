/* SPDX-License-Identifier: BSD-3-Clause */
/* culvertctl: gives the command line a socket and a clock. All else is in lib/cli. */
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "api_client.h"
#include "cli.h"

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

int main(int argc, char **argv)
{
    struct link link = {-1};
    const struct cli_io io = {.out = stdout, .err = stderr, .ctx = &link, .call = call, .sleep_ms = sleep_ms};
    signal(SIGPIPE, SIG_IGN);
    int rc = cli_run(argc, argv, &io);
    if (link.fd >= 0)
        close(link.fd);
    if (fflush(stdout) != 0 && rc == CLI_OK)
        rc = CLI_UNREACHABLE; /* what was asked for did not arrive */
    return rc;
}
