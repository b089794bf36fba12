/* SPDX-License-Identifier: BSD-3-Clause */
/* The index finds exactly what a walk finds, in the same order. */
#include "ike_index.h"
#include "ike_pair.h"

#define N 500

static struct ike_conf *many(void)
{
    struct ike_conf *c = ike_conf_new();
    c->n_conns = c->n_secrets = N;
    c->conns = calloc(N, sizeof *c->conns);
    c->secrets = base_secret_new(N * sizeof *c->secrets);
    for (unsigned i = 0; i < N; i++) {
        char text[32];
        snprintf(c->conns[i].name, IKE_NAME_MAX, "c%u", i);
        snprintf(text, sizeof text, "@Peer%u", i / 2); /* two each */
        c->conns[i].remote_id = c->secrets[i].remote = pair_id(text);
        c->conns[i].local_id = c->secrets[i].local = pair_id(i % 2 ? "@us" : "@we");
    }
    return c;
}

static void all_are_found_with_and_without_an_index(void **state)
{
    (void)state;
    struct ike_conf *c = many();
    for (int sealed = 0; sealed < 2; sealed++) {
        for (unsigned i = 0; i < N; i++) {
            assert_ptr_equal(ike_conf_conn(c, c->conns[i].name), &c->conns[i]);
            assert_ptr_equal(ike_conf_secret(c, &c->conns[i].local_id, &c->conns[i].remote_id),
                             &c->secrets[i]);
        }
        assert_null(ike_conf_conn(c, "c500"));
        ike_conf_seal(c);
    }
    ike_conf_put(c);
}

static void names_of_peers_are_found_in_any_case_and_in_order(void **state)
{
    (void)state;
    struct ike_conf *c = many();
    ike_conf_seal(c);
    const struct ike_id id = pair_id("@pEER7");
    uint32_t found[4], n = 0;
    for (uint32_t i = IKE_INDEX_NONE; (i = ike_index_peer(c, &id, i)) != IKE_INDEX_NONE;)
        if (ike_id_equal(&c->conns[i].remote_id, &id))
            found[n++] = i;
    assert_int_equal(n, 2);
    assert_int_equal(found[0], 14);
    assert_int_equal(found[1], 15);
    ike_conf_put(c);
}

/* A name in DER: CN=text, in one of two string types. */
static struct ike_id dn(unsigned number, uint8_t type)
{
    struct ike_id id = {.type = WIRE_IKE_ID_DN};
    char text[32];
    const int n = snprintf(text, sizeof text, type == 0x0c ? "PEER-%u" : "peer-%u", number);
    const uint8_t head[] = {
        0x30, (uint8_t)(n + 11), 0x31, (uint8_t)(n + 9), 0x30, (uint8_t)(n + 7), 0x06, 0x03, 0x55, 0x04, 0x03,
        type, (uint8_t)n};
    memcpy(id.bytes, head, sizeof head);
    memcpy(id.bytes + sizeof head, text, (size_t)n);
    id.len = (uint8_t)(sizeof head + (size_t)n);
    return id;
}

static void a_dn_is_looked_for_among_few_however_many_there_are(void **state)
{
    (void)state;
    struct ike_conf *c = many();
    for (unsigned i = 0; i < N; i++)
        c->conns[i].remote_id = c->secrets[i].remote = dn(i, 0x13);
    ike_conf_seal(c);
    unsigned compared = 0, found = 0;
    for (unsigned i = 0; i < 2 * N; i++) {
        const struct ike_id id = dn(i, 0x0c); /* another case and type of string */
        for (uint32_t k = IKE_INDEX_NONE; (k = ike_index_peer(c, &id, k)) != IKE_INDEX_NONE;) {
            compared++;
            found += k == i;
        }
    }
    assert_int_equal(found, N);
    assert_true(compared < 4 * N); /* for 2 N names, half of them unknown */
    ike_conf_put(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_found_with_and_without_an_index),
        cmocka_unit_test(names_of_peers_are_found_in_any_case_and_in_order),
        cmocka_unit_test(a_dn_is_looked_for_among_few_however_many_there_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
