/* SPDX-License-Identifier: BSD-3-Clause */
/* Pages that become one document, which tells each child and each peer once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "cli_int.h"
#include "cli_doc.h"

static void a_page_goes_behind_what_was_there(void **state)
{
    json_t *data = doc_of("{'sas':[1,2],'next':2}"), *page = doc_of("{'sas':[3],'next':9}");
    assert_true(cli_page_add(data, page, "sas"));
    expect_doc(data, "{'sas':[1,2,3],'next':2}");
    json_decref(page);
}

static void an_empty_page_adds_nothing(void **state)
{
    json_t *data = doc_of("{'sas':[1]}"), *page = doc_of("{'sas':[]}");
    assert_true(cli_page_add(data, page, "sas"));
    expect_doc(data, "{'sas':[1]}");
    json_decref(page);
}

static void a_page_without_the_list_is_refused(void **state)
{
    json_t *data = doc_of("{'sas':[1]}"), *page = doc_of("{'peers':[2]}");
    assert_false(cli_page_add(data, page, "sas"));
    assert_false(cli_page_add(data, page, "peers"));
    expect_doc(data, "{'sas':[1]}");
    json_decref(page);
}

static void a_child_that_two_sas_have_is_the_later_ones(void **state)
{
    json_t *data = doc_of("{'sas':[{'id':1,'children':[{'spi_in':'a','n':1},{'spi_in':'b'}]},"
                          "{'id':2,'children':[{'spi_in':'a','n':2}]},{'id':3,'children':[]}]}");
    cli_settle_sas(data);
    expect_doc(data,
               "{'sas':[{'id':1,'children':[{'spi_in':'b'}]},{'id':2,'children':[{'spi_in':'a','n':2}]},"
               "{'id':3,'children':[]}]}");
}

static void sas_that_share_nothing_stay_as_they_are(void **state)
{
    static const char text[] = "{'sas':[{'id':1,'children':[{'spi_in':'a'}]},{'id':2},{'id':3,'children':"
                               "[{'spi_in':'b'},{'spi_in':'c'}]}]}";
    json_t *data = doc_of(text);
    cli_settle_sas(data);
    expect_doc(data, text);
    data = doc_of("{}");
    cli_settle_sas(data);
    expect_doc(data, "{}");
}

static void a_peer_is_its_connection_and_its_identity(void **state)
{
    json_t *data =
        doc_of("{'peers':[{'connection':'x','remote_id':'@x','moves':1},{'connection':'x','remote_id':'@y'},"
               "{'connection':'y','remote_id':'@x'},{'connection':'x','remote_id':'@x','moves':2}]}");
    cli_settle_peers(data);
    expect_doc(data, "{'peers':[{'connection':'x','remote_id':'@y'},{'connection':'y','remote_id':'@x'},"
                     "{'connection':'x','remote_id':'@x','moves':2}]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_goes_behind_what_was_there),
        cmocka_unit_test(an_empty_page_adds_nothing),
        cmocka_unit_test(a_page_without_the_list_is_refused),
        cmocka_unit_test(a_child_that_two_sas_have_is_the_later_ones),
        cmocka_unit_test(sas_that_share_nothing_stay_as_they_are),
        cmocka_unit_test(a_peer_is_its_connection_and_its_identity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
