/* SPDX-License-Identifier: BSD-3-Clause */
/* What is remembered of chains: by all bytes and the purpose, between two dates, and not more than so many.
 */
#include "ossl_memo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "pki_files.h"

static const struct crypt_verdict good = {.ca = {1, 2, 3}, .path = {2, {7, 8}}};
static struct crypt_verdict told;

static struct ossl_memo_key key_of(const char *leaf, const char *other, enum crypt_purpose purpose)
{
    const struct base_span others = base_span(other, strlen(other));
    const struct crypt_peer_chain chain = {base_span(leaf, strlen(leaf)), &others, *other ? 1 : 0};
    struct ossl_memo_key key;
    assert_true(ossl_memo_key(&chain, purpose, &key));
    return key;
}

static bool is_same(struct ossl_memo_key a, struct ossl_memo_key b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static void each_byte_and_the_purpose_make_another_check(void **state)
{
    const struct ossl_memo_key key = key_of("ab", "c", CRYPT_PURPOSE_IKE);
    assert_true(is_same(key, key_of("ab", "c", CRYPT_PURPOSE_IKE)));
    assert_false(is_same(key, key_of("ab", "c", CRYPT_PURPOSE_CLIENT)));
    assert_false(is_same(key, key_of("a", "bc", CRYPT_PURPOSE_IKE)));
    assert_false(is_same(key, key_of("abc", "", CRYPT_PURPOSE_IKE)));
    assert_false(is_same(key, key_of("ab", "d", CRYPT_PURPOSE_IKE)));
}

static void a_span_lies_between_the_dates_around_now(void **state)
{
    struct ossl_memo_span span = ossl_memo_always();
    const int64_t dates[] = {50, 100, 80, 101, 300, 200, INT64_MIN};
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++)
        ossl_memo_narrow(&span, dates[i], 100);
    assert_int_equal(span.from, 100);
    assert_int_equal(span.until, 101);
}

static void it_is_found_within_its_span_and_not_outside(void **state)
{
    struct ossl_memo *memo = ossl_memo_new();
    struct crypt_cert *cert = pki_cert("gw.crt");
    const struct ossl_memo_key key = key_of("a", "", CRYPT_PURPOSE_IKE);
    const struct ossl_memo_key other = key_of("b", "", CRYPT_PURPOSE_IKE);
    ossl_memo_keep(memo, &key, (struct ossl_memo_span){100, 200}, cert, &good);
    assert_null(ossl_memo_find(memo, &key, 99, &told));
    assert_null(ossl_memo_find(memo, &key, 200, &told));
    assert_null(ossl_memo_find(memo, &other, 150, &told));
    for (int64_t now = 100; now < 200; now += 99) {
        struct crypt_cert *found = ossl_memo_find(memo, &key, now, &told);
        assert_ptr_equal(found, cert);
        assert_memory_equal(told.ca, good.ca, sizeof good.ca);
        assert_int_equal(told.path.n, 2);
        assert_int_equal(told.path.at[1], 8);
        ossl_pki_ops.cert_put(found);
    }
    ossl_pki_ops.cert_put(cert);
    ossl_memo_free(memo);
}

/* References that are not given back are a leak that the sanitizer tells. */
static void a_newer_one_takes_the_place_of_an_older_one(void **state)
{
    struct ossl_memo *memo = ossl_memo_new();
    struct crypt_cert *cert = pki_cert("gw.crt");
    struct ossl_memo_key key = key_of("a", "", CRYPT_PURPOSE_IKE);
    size_t kept = 0;
    for (uint32_t i = 0; i < 4 * OSSL_MEMO_MAX; i++) {
        memcpy(key.hash, &i, sizeof i);
        ossl_memo_keep(memo, &key, ossl_memo_always(), cert, &good);
    }
    for (uint32_t i = 0; i < 4 * OSSL_MEMO_MAX; i++) {
        memcpy(key.hash, &i, sizeof i);
        struct crypt_cert *found = ossl_memo_find(memo, &key, 0, &told);
        kept += found != NULL;
        assert_int_equal(found != NULL, i >= 3 * OSSL_MEMO_MAX);
        ossl_pki_ops.cert_put(found);
    }
    assert_int_equal(kept, OSSL_MEMO_MAX);
    ossl_pki_ops.cert_put(cert);
    ossl_memo_free(memo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_byte_and_the_purpose_make_another_check),
        cmocka_unit_test(a_span_lies_between_the_dates_around_now),
        cmocka_unit_test(it_is_found_within_its_span_and_not_outside),
        cmocka_unit_test(a_newer_one_takes_the_place_of_an_older_one),
    };
    return cmocka_run_group_tests_name("ossl_memo", tests, NULL, NULL);
}
