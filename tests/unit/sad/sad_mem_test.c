/* SPDX-License-Identifier: BSD-3-Clause */
/* Reserved memory: zeros, whole pages, taken by touching, and secrets kept at home. Asks the kernel itself.
 */
#include "sad_rig.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
#include "sad_mem.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

/* The two-letter flags that the kernel keeps of the mapping at p. */
static void flags_read(const void *p, char *flags, size_t size)
{
    char line[512];
    bool is_here = false;
    FILE *f = fopen("/proc/self/smaps", "r");
    assert_non_null(f);
    *flags = 0;
    while (fgets(line, sizeof line, f)) {
        uintptr_t from, to;
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &from, &to) == 2)
            is_here = from <= (uintptr_t)p && (uintptr_t)p < to;
        else if (is_here && strncmp(line, "VmFlags:", 8) == 0)
            snprintf(flags, size, "%s ", line + 8);
    }
    (void)fclose(f);
}

static bool is_mapped(void *p)
{
    errno = 0;
    bool is = msync(p, (size_t)sysconf(_SC_PAGESIZE), MS_ASYNC) == 0;
    assert_true(is || errno == ENOMEM);
    return is;
}

static void memory_is_zero_and_whole_pages(void **state)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t sizes[] = {1, 64, page - 1, page, page + 1, 3 * MIB + 5};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint8_t *p = sad_mem_reserve(sizes[i], i % 2);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % page, 0);
        for (size_t at = 0; at < sizes[i]; at++)
            assert_int_equal(p[at], 0);
        memset(p, 0xa5, sizes[i]);
        assert_int_equal(p[sizes[i] - 1], 0xa5);
        sad_mem_release(p, sizes[i]);
    }
}

static size_t pages_resident(void *p, size_t bytes)
{
    size_t pages = bytes / (size_t)sysconf(_SC_PAGESIZE), n = 0;
    unsigned char *in_core = malloc(pages);
    assert_non_null(in_core);
    assert_int_equal(mincore(p, bytes, in_core), 0);
    for (size_t i = 0; i < pages; i++)
        n += in_core[i] & 1;
    free(in_core);
    return n;
}

static void memory_is_taken_only_where_it_is_touched(void **state)
{
    uint8_t *p = sad_mem_reserve(GIB, false);
    assert_non_null(p);
    assert_int_equal(pages_resident(p, GIB), 0);
    p[GIB / 2] = 1;
    size_t taken = pages_resident(p, GIB) * (size_t)sysconf(_SC_PAGESIZE);
    assert_in_range(taken, 1, 2 * MIB); /* one page, which may be a huge one */
    sad_mem_release(p, GIB);
}

static void secrets_stay_out_of_core_dumps_and_children(void **state)
{
    char secret[512], plain[512];
    void *a = sad_mem_reserve(4 * MIB, true), *b = sad_mem_reserve(4 * MIB, false);
    assert_non_null(a);
    assert_non_null(b);
    flags_read(a, secret, sizeof secret);
    flags_read(b, plain, sizeof plain);
    assert_non_null(strstr(plain, " rd ")); /* the kernel tells flags at all */
    assert_non_null(strstr(secret, " dd "));
    assert_non_null(strstr(secret, " dc "));
    assert_null(strstr(plain, " dd "));
    assert_null(strstr(plain, " dc "));
    sad_mem_release(a, 4 * MIB);
    sad_mem_release(b, 4 * MIB);
}

static void the_tables_keep_their_keys_in_such_memory(void **state)
{
    char flags[512];
    struct sad *sad = rig_sad(4096, 1);
    const void *const homes[] = {sad_tables(sad)->in, sad_tables(sad)->out};
    for (int i = 0; i < 2; i++) {
        flags_read(homes[i], flags, sizeof flags);
        assert_non_null(strstr(flags, " dd "));
        assert_non_null(strstr(flags, " dc "));
    }
    sad_free(sad);
}

static void what_is_released_is_gone(void **state)
{
    uint8_t *p = sad_mem_reserve(MIB + 1, true);
    assert_non_null(p);
    assert_true(is_mapped(p));
    assert_true(is_mapped(p + MIB));
    sad_mem_release(p, MIB + 1);
    assert_false(is_mapped(p));
    assert_false(is_mapped(p + MIB));
    sad_mem_release(NULL, MIB);
}

static void more_than_there_is_cannot_be_reserved(void **state)
{
    assert_null(sad_mem_reserve(SIZE_MAX / 2, false));
    assert_null(sad_mem_reserve(SIZE_MAX / 2, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zero_and_whole_pages),
        cmocka_unit_test(memory_is_taken_only_where_it_is_touched),
        cmocka_unit_test(secrets_stay_out_of_core_dumps_and_children),
        cmocka_unit_test(the_tables_keep_their_keys_in_such_memory),
        cmocka_unit_test(what_is_released_is_gone),
        cmocka_unit_test(more_than_there_is_cannot_be_reserved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
