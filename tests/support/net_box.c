/* SPDX-License-Identifier: BSD-3-Clause */
/* The far namespace has no name: it is kept by a descriptor, and goes with it. */
#include "net_box.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

static int near_fd = -1, far_fd = -1;

static int box_new(void)
{
    if (unshare(CLONE_NEWNET) < 0)
        return -1;
    return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

bool net_box_enter(void)
{
    if (system("command -v ip ethtool >/dev/null 2>&1") != 0) {
        printf("skipped: needs ip (iproute2) and ethtool\n");
        return false;
    }
    near_fd = box_new();
    if (near_fd < 0) {
        printf("skipped: this process may not make a network namespace: %s\n", strerror(errno));
        return false;
    }
    net_box_near("ip link set lo up");
    return true;
}

void net_box_go(bool is_far)
{
    assert_int_equal(setns(is_far ? far_fd : near_fd, CLONE_NEWNET), 0);
}

/*
 * The kernel makes the route of an IPv6 address of its own a moment after the address: a look lists
 * addresses, then routes, and is good when each address has one.
 */
#define BOX_LOOK                                                                                          \
    "{ ip -6 -o addr show up; echo routes; ip -6 route show table local; } | awk '/^routes/ { r = 1 } "   \
    "!r { sub(\"/.*\", \"\", $4); own[$4] = 1 } r && $1 == \"local\" { delete own[$2] } END { for (o in " \
    "own) "                                                                                               \
    "exit 1 }'"
#define BOX_WAIT "i=0; until " BOX_LOOK "; do i=$((i + 1)); [ $i -lt 500 ] || exit 1; sleep 0.01; done"

/* What begins a step of ip alone, which needs no shell: "ip ", "ip -6 " or NULL. */
static const char *ip_step(const char *step, size_t len)
{
    static const char *const starts[] = {"ip -6 ", "ip "};
    for (size_t i = 0; i < len; i++)
        if (strchr("'\"$|;<>()&`\\", step[i]))
            return NULL;
    for (int i = 0; i < 2; i++)
        if (strncmp(step, starts[i], strlen(starts[i])) == 0 && step[strlen(starts[i])] != '-')
            return starts[i];
    return NULL;
}

/* The steps of a command ("a && b"), those of ip that follow one another by one process, not one each. */
static void box_script(FILE *out, const char *command)
{
    const char *batch = NULL; /* of the steps before */
    for (const char *step = command, *end; step; step = end ? end + 4 : NULL) {
        end = strstr(step, " && ");
        const size_t len = end ? (size_t)(end - step) : strlen(step);
        const char *ip = ip_step(step, len);
        if (batch && batch != ip)
            fprintf(out, " | %s-batch -", batch);
        if (step != command && !(batch && batch == ip))
            fputs(" && ", out);
        if (ip && batch != ip)
            fputs("printf '%s\n'", out);
        if (ip)
            fprintf(out, " '%.*s'", (int)(len - strlen(ip)), step + strlen(ip));
        else
            fprintf(out, "%.*s", (int)len, step);
        batch = ip;
    }
    if (batch)
        fprintf(out, " | %s-batch -", batch);
}

static void box_run(const char *format, va_list ap)
{
    char command[1024], script[2048] = "";
    vsnprintf(command, sizeof command, format, ap);
    FILE *out = fmemopen(script, sizeof script, "w");
    assert_non_null(out);
    box_script(out, command);
    assert_int_equal(fclose(out), 0); /* or it did not fit */
    if (system(script) != 0)
        fail_msg("failed: %s", script);
    if (strstr(command, "nodad") && system(BOX_WAIT) != 0)
        fail_msg("an address has no route of its own: %s", command);
}

void net_box_near(const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    box_run(format, ap);
    va_end(ap);
}

void net_box_far(const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    net_box_go(true);
    box_run(format, ap);
    net_box_go(false);
    va_end(ap);
}

void net_box_wire(void)
{
    far_fd = box_new();
    assert_true(far_fd >= 0);
    net_box_go(false);
    net_box_near(
        "ip link add near address 02:00:00:00:00:01 type veth peer name far address 02:00:00:00:00:02 "
        "netns /proc/%d/fd/%d",
        getpid(), far_fd);
    net_box_near("ip link set near addrgenmode none && ip link set near up");
    net_box_far("ip link set far addrgenmode none && ip link set far up");
}

void net_box_unwire(void)
{
    net_box_near("ip link del near");
    close(far_fd);
    far_fd = -1;
}

char *net_box_text(const char *commands)
{
    size_t size = 0;
    char *text = NULL;
    FILE *out = open_memstream(&text, &size), *in = popen(commands, "re");
    for (int c; in && out && (c = fgetc(in)) != EOF;)
        fputc(c, out);
    assert_non_null(in);
    assert_non_null(out);
    assert_int_equal(pclose(in), 0);
    fclose(out);
    return text;
}

void net_box_same(const char *before, const char *after)
{
    const char *texts[] = {before, after};
    char command[128];
    int fds[2];
    if (strcmp(before, after) == 0)
        return;
    for (int i = 0; i < 2; i++) {
        fds[i] = memfd_create("text", 0);
        assert_true(dprintf(fds[i], "%s", texts[i]) >= 0);
    }
    snprintf(command, sizeof command, "diff /proc/%d/fd/%d /proc/%d/fd/%d; true", getpid(), fds[0], getpid(),
             fds[1]);
    fail_msg("%s", net_box_text(command));
}
