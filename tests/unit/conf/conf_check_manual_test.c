/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys made by hand beside ports, connections and pools. */
#include "conf_test_help.h"

#include <sys/stat.h>
#include <unistd.h>

static char file[] = "/tmp/culvert-conf-check-manual-XXXXXX";

static int make_key(void **state)
{
    (void)state;
    const int fd = mkstemp(file); /* of mode 0600 */
    if (fd < 0 || write(fd, "0x000102030405060708090a0b0c0d0e0fa0a1a2a3\n", 43) != 43)
        return -1;
    return close(fd);
}

static int drop_key(void **state)
{
    (void)state;
    return unlink(file);
}

/* One of that name and with these members, beside another one. */
static const char *lab(const char *name, const char *members, const char *rest)
{
    static char text[2048];
    snprintf(text, sizeof text,
             ",'lab':true,'manual':{'first':{'key_file':'%s','peer_address':'192.0.2.2','local':'10.1.0.0/"
             "16','remote':"
             "'10.8.0.0','count':256,'spi_out':256},'%s':{'key_file':'%s','peer_address':'192.0.2.2','local':"
             "'10.1.0.0/16','spi_out':4096,%s}}%s",
             file, name, file, members, rest);
    return text;
}

static void lab_refused(const char *name, const char *members, const char *rest, const char *part)
{
    char path[64];
    snprintf(path, sizeof path, "manual.%s", name);
    refused(GOOD_PORTS, GOOD_SECRET, GOOD_CONN, lab(name, members, rest), path, part);
}

static void a_name_is_one_connections(void **state)
{
    (void)state;
    lab_refused("foo", "'remote':'10.9.0.0'", "", "a connection has this name, too");
}

static void addresses_fit_the_ports(void **state)
{
    (void)state;
    lab_refused("x", "'remote':'10.9.0.0','local_address':'192.0.2.9'", "",
                "local_address 192.0.2.9 is no address of an outside port");
    lab_refused("x", "'remote':'10.9.0.0','local_address':'10.1.0.1'", "",
                "is no address of an outside port");
    refused(GOOD_PORTS, GOOD_SECRET, GOOD_CONN,
            ",'lab':true,'manual':{'x':{'key_file':'/"
            "nonexistent','peer_address':'192.0.2.1','local':'10.1.0.0/16',"
            "'remote':'10.9.0.0','spi_out':4096}}",
            "manual.x", "peer_address 192.0.2.1 is our own");
}

static void a_network_is_nobody_elses(void **state)
{
    (void)state;
    lab_refused("x", "'remote':'10.8.0.255'", "", "overlap 10.8.0.0/24 of manual \"first\"");
    lab_refused("x", "'remote':'10.7.255.255','count':2", "", "overlap 10.8.0.0/24 of manual \"first\"");
    lab_refused("x", "'remote':'10.2.0.0/16'", "", "overlap 10.2.0.0/24 of connection \"foo\"");
    lab_refused("x", "'remote':'10.1.255.255','count':2", "", "overlap 10.2.0.0/24 of connection \"foo\"");
    lab_refused("x", "'remote':'10.9.0.0/16'", ",'pools':{'staff':{'addresses':'10.9.7.0/24'}}",
                "overlap 10.9.7.1-10.9.7.254 of pool \"staff\"");
}

static void a_network_of_its_own_is_fine(void **state)
{
    (void)state;
    static const char *const good[] = {"'remote':'10.8.1.0','count':100", "'remote':'10.2.1.0/24'",
                                       "'remote':'10.7.255.255','local_address':'192.0.2.1'"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct conf *conf = load_parts(GOOD_PORTS, GOOD_SECRET, GOOD_CONN, lab("x", good[i], ""));
        if (!conf)
            conf_report_print(&report, "culvert.json", stderr);
        assert_non_null(conf);
        conf_free(conf);
    }
}

static void rows_of_single_peers_count(void **state)
{
    (void)state;
    refused(GOOD_PORTS, GOOD_SECRET,
            "'roads':{" GOOD_LOCAL
            ",'remote':{'id':'*.x.org','subnets':'10.3.0.0/24','peers':[{'id':'a.x.org',"
            "'subnets':'10.9.4.0/24'}]}}",
            lab("x", "'remote':'10.9.4.7'", ""), "manual.x", "overlap 10.9.4.0/24 of connection \"roads\"");
}

/* So many of 100,000 pairs each. */
static const char *many(unsigned n)
{
    static char text[4096];
    size_t at = (size_t)snprintf(text, sizeof text, ",'lab':true,'manual':{");
    for (unsigned i = 0; i < n; i++)
        at += (size_t)snprintf(text + at, sizeof text - at,
                               "%s'm%u':{'key_file':'%s','peer_address':'192.0.2.2','local':'10.1.0.0/16',"
                               "'remote':'10.%u.0.0','count':100000,'spi_out':4096}",
                               i ? "," : "", i, file, 16 + 2 * i);
    snprintf(text + at, sizeof text - at, "}");
    return text;
}

static void together_they_fit_the_table_of_sas(void **state)
{
    (void)state;
    refused(GOOD_PORTS, GOOD_SECRET, GOOD_CONN, many(11), "manual",
            "there is room for 1048576 pairs of SAs, and these are 1100000 in all; lower \"count\"");
    struct conf *conf = load_parts(GOOD_PORTS, GOOD_SECRET, GOOD_CONN, many(10));
    assert_non_null(conf);
    conf_free(conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_one_connections),  cmocka_unit_test(addresses_fit_the_ports),
        cmocka_unit_test(a_network_is_nobody_elses),  cmocka_unit_test(a_network_of_its_own_is_fine),
        cmocka_unit_test(rows_of_single_peers_count), cmocka_unit_test(together_they_fit_the_table_of_sas),
    };
    return cmocka_run_group_tests(tests, make_key, drop_key);
}
