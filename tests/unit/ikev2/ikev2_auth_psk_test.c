/* SPDX-License-Identifier: BSD-3-Clause */
/* A pre-shared key as proof: what is made by one side holds at the other, and nothing else does. */
#include "ike_pair.h"
#include "ikev2_auth.h"
#include "ikev2_init.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static struct ikev2_sa *first_sa(struct pair *p, int i)
{
    assert_non_null(p->h[i].ike->v2->first);
    return p->h[i].ike->v2->first;
}

static void set_octets(struct ike_job_auth *a, const char *octets)
{
    assert_non_null(a);
    a->prf = CRYPT_PRF_HMAC_SHA2_256;
    a->octets_len = strlen(octets);
    a->octets = malloc(a->octets_len);
    memcpy(a->octets, octets, a->octets_len);
}

/* The verdict of side b about data that is said to cover the octets. */
static int check(struct pair *p, const char *octets, const uint8_t *data, size_t len)
{
    struct ike_job_auth *a = ikev2_auth_psk.check(p->h[1].ike, first_sa(p, 1), &p->h[1].conf->conns[0]);
    set_octets(a, octets);
    memcpy(a->data, data, len);
    a->data_len = (uint16_t)len;
    ike_job_run(p->ops, &a->job);
    const int verdict = a->verified;
    assert_int_equal(a->job.status, 0);
    ike_job_free(p->ops, &a->job);
    return verdict;
}

static void a_proof_holds_for_its_octets_and_its_key_only(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike_job_auth *a = ikev2_auth_psk.prove(p->h[0].ike, first_sa(p, 0), &p->h[0].conf->conns[0]);
    set_octets(a, "message");
    ike_job_run(p->ops, &a->job);
    assert_int_equal(a->job.status, 0);
    assert_int_equal(a->data_len, 32);
    assert_int_equal(check(p, "message", a->data, 32), 1);
    assert_int_equal(check(p, "massage", a->data, 32), 0);
    assert_int_equal(check(p, "message", a->data, 31), 0);
    assert_int_equal(check(p, "message", a->data, 33), 0);
    assert_int_equal(check(p, "message", a->data, 0), 0);
    a->data[31] ^= 1;
    assert_int_equal(check(p, "message", a->data, 32), 0);
    a->data[31] ^= 1;
    p->h[1].conf->secrets[0].psk[0] ^= 1;
    assert_int_equal(check(p, "message", a->data, 32), 0);
    ike_job_free(p->ops, &a->job);
    pair_free(p);
}

static void without_a_key_there_is_no_job_but_an_explanation(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    p->h[0].conf->conns[0].remote_id = pair_id("@nobody");
    assert_null(ikev2_auth_psk.prove(p->h[0].ike, first_sa(p, 0), &p->h[0].conf->conns[0]));
    assert_null(ikev2_auth_psk.check(p->h[0].ike, first_sa(p, 0), &p->h[0].conf->conns[0]));
    pair_drain(p);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_NO_SECRET), 1); /* the same twice is told once */
    assert_null(ikev2_auth_psk.round);
    assert_int_equal(ikev2_auth_psk.number, WIRE_IKE_AUTH_PSK);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_proof_holds_for_its_octets_and_its_key_only),
        cmocka_unit_test(without_a_key_there_is_no_job_but_an_explanation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
