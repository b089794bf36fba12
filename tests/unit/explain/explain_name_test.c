/* SPDX-License-Identifier: BSD-3-Clause */
/* A host name without an address that can be called. */
#include "ike_pair.h"

#include "explain.h"

static const struct ike_audit *told(struct pair *p, size_t n_addrs, const char *why)
{
    struct ike_conn_conf *c = &p->h[0].conf->conns[0];
    snprintf(c->remote_name, IKE_HOST_MAX, "gw.example.org");
    explain_name(p->h[0].ike, c, n_addrs, why);
    pair_drain(p);
    return pair_audit(&p->h[0], IKE_AUDIT_FAIL_NAME);
}

static void what_the_resolver_says_is_told(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    const struct ike_audit *a = told(p, 0, "Name or service not known");
    assert_non_null(a);
    assert_non_null(strstr(a->what, "\"gw.example.org\""));
    assert_non_null(strstr(a->why, "It says: Name or service not known."));
    assert_non_null(strstr(a->fix_here, "remote.address"));
    pair_free(p);
}

static void addresses_that_no_port_leads_to_are_told(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    const struct ike_audit *a = told(p, 2, NULL);
    assert_non_null(a);
    assert_non_null(strstr(a->why, "It has 2 addresses, and no port of ours leads to any."));
    assert_non_null(strstr(a->fix_here, "route"));
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_resolver_says_is_told),
        cmocka_unit_test(addresses_that_no_port_leads_to_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
