/* SPDX-License-Identifier: BSD-3-Clause */
/* Host names: answers in order, errors in words, and an end while the resolver is still asked. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ctl_resolve.h"

static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;

/* The test's resolver: "two" has an address of each family, "slow" waits for the test. */
int getaddrinfo(const char *restrict node, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict list)
{
    (void)service;
    (void)hints;
    if (strcmp(node, "slow") == 0) {
        pthread_mutex_lock(&held);
        pthread_mutex_unlock(&held);
        return EAI_AGAIN;
    }
    if (strcmp(node, "two") != 0)
        return EAI_NONAME;
    struct addrinfo *a = calloc(2, sizeof *a);
    struct sockaddr_in6 *six = calloc(1, sizeof *six);
    struct sockaddr_in *four = calloc(1, sizeof *four);
    six->sin6_family = AF_INET6;
    six->sin6_addr.s6_addr[15] = 9;
    four->sin_family = AF_INET;
    four->sin_addr.s_addr = htonl(0xc0000201);
    a[0] = (struct addrinfo){.ai_addr = (struct sockaddr *)six, .ai_next = &a[1]};
    a[1] = (struct addrinfo){.ai_addr = (struct sockaddr *)four};
    *list = a;
    return 0;
}

void freeaddrinfo(struct addrinfo *list)
{
    free(list[0].ai_addr);
    free(list[1].ai_addr);
    free(list);
}

static struct ctl_resolved wait_for(struct ctl_resolve *r)
{
    struct ctl_resolved got;
    while (!ctl_resolve_pop(r, &got))
        sched_yield();
    return got;
}

static void a_name_has_addresses_of_both_families_in_the_resolvers_order(void **state)
{
    (void)state;
    struct ctl_resolve *r = ctl_resolve_new();
    char text[BASE_ADDR_TEXT_MAX];
    assert_non_null(r);
    assert_int_equal(ctl_resolve_ask(r, "foo", "two"), 0);
    assert_int_equal(ctl_resolve_ask(r, "bar", "nosuch"), 0);
    struct ctl_resolved got = wait_for(r);
    assert_string_equal(got.conn, "foo");
    assert_string_equal(got.host, "two");
    assert_int_equal(got.n_addrs, 2);
    assert_string_equal(base_addr_text(&got.addrs[0], text), "::9");
    assert_string_equal(base_addr_text(&got.addrs[1], text), "192.0.2.1");
    got = wait_for(r);
    assert_string_equal(got.conn, "bar");
    assert_int_equal(got.n_addrs, 0);
    assert_string_equal(got.why, "there is no such name (NXDOMAIN), or it has no address");
    assert_false(ctl_resolve_pop(r, &got));
    ctl_resolve_free(r);
}

static void who_asks_never_waits_and_too_many_are_refused(void **state)
{
    (void)state;
    struct ctl_resolve *r = ctl_resolve_new();
    pthread_mutex_lock(&held);
    int n = 0;
    while (ctl_resolve_ask(r, "foo", "slow") == 0)
        n++;
    assert_true(n == CTL_RESOLVE_WAITING_MAX || n == CTL_RESOLVE_WAITING_MAX + 1); /* one is being asked */
    struct ctl_resolved got;
    assert_false(ctl_resolve_pop(r, &got));
    pthread_mutex_unlock(&held);
    got = wait_for(r);
    assert_string_equal(got.why, "no name server answered, or it could not answer now");
    ctl_resolve_free(r); /* whatever the thread is at */
    ctl_resolve_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_has_addresses_of_both_families_in_the_resolvers_order),
        cmocka_unit_test(who_asks_never_waits_and_too_many_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
