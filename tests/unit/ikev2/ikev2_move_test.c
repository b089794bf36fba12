/* SPDX-License-Identifier: BSD-3-Clause */
/* A move carried out: where IKE and ESP go then, and what is told. */
#include "ike_pair.h"

#include "ikev2_move.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static void ike_goes_first_and_its_children_when_they_are_told_to(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[1].ike;
    struct ikev2_sa *sa = ike->v2->first;
    struct ike_path to = sa->path;
    to.remote.addr = pair_addr("192.0.2.9");
    ikev2_move_ike(ike, sa, &to, false);
    pair_drain(p);
    assert_true(ike_path_equal(&sa->path, &to));
    assert_false(ike_path_equal(&p->h[1].children[0].path, &to));
    assert_string_equal(pair_audit(&p->h[1], IKE_AUDIT_PEER_MOVED)->why, "was at 192.0.2.1:500");
    assert_int_equal(pair_stats(p, 1).moves, 1);
    sa->way = ESP_WAY_UDP;
    ikev2_move_children(ike, sa);
    pair_drain(p);
    assert_true(ike_path_equal(&p->h[1].children[0].path, &to));
    assert_int_equal(p->h[1].children[0].way, ESP_WAY_UDP);
    to.local.addr = pair_addr("198.51.100.2");
    ikev2_move_ike(ike, sa, &to, true);
    pair_drain(p);
    assert_string_equal(pair_audit(&p->h[1], IKE_AUDIT_MOVED)->why,
                        "was at 192.0.2.9:500, and we at 198.51.100.1:500");
    pair_free(p);
}

static void esp_is_in_udp_behind_a_nat_on_port_4500_only(void **state)
{
    (void)state;
    struct ikev2_sa *sa = calloc(1, sizeof *sa);
    for (unsigned i = 0; i < 16; i++) {
        sa->natd = (struct ike_natd){.local_nat = i & 1, .remote_nat = i & 2, .faked = i & 4};
        sa->path.natt = i & 8;
        ikev2_move_set_way(sa);
        assert_int_equal(sa->way, i > 8 ? ESP_WAY_UDP : ESP_WAY_ESP);
    }
    free(sa);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ike_goes_first_and_its_children_when_they_are_told_to),
        cmocka_unit_test(esp_is_in_udp_behind_a_nat_on_port_4500_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
