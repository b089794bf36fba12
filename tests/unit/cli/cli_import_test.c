/* SPDX-License-Identifier: BSD-3-Clause */
/* culvertctl import: what comes out is a configuration that the daemon takes; what is wrong is told with its
 * line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "cli.h"
#include "conf.h"

static char *out_text, *err_text;
static size_t out_len, err_len;
static struct conf_report report;

static int import(const char *text)
{
    char *argv[] = {"culvertctl", "import", "-", NULL};
    free(out_text);
    free(err_text);
    struct cli_io io = {.in = fmemopen((void *)text, strlen(text), "r"),
                        .out = open_memstream(&out_text, &out_len),
                        .err = open_memstream(&err_text, &err_len)};
    const int rc = cli_run(3, argv, &io);
    fclose(io.in);
    fclose(io.out);
    fclose(io.err);
    return rc;
}

/* Takes what was written as the daemon would. */
static void expect_taken(const char *text)
{
    assert_int_equal(import(text), CLI_OK);
    struct conf *conf = conf_load_text(out_text, out_len, "/tmp", NULL, &report);
    if (!conf) {
        conf_report_print(&report, "imported", stdout);
        fail_msg("not taken: %s", out_text);
    }
    assert_int_equal(conf->ike->n_conns, 1);
    assert_non_null(
        ike_conf_secret(conf->ike, &conf->ike->conns[0].local_id, &conf->ike->conns[0].remote_id));
    conf_free(conf);
}

static void each_dialect_makes_a_configuration(void **state)
{
    (void)state;
    expect_taken("set vpn ipsec site-to-site peer @foo authentication id '@gw'\n"
                 "set vpn ipsec site-to-site peer @foo authentication pre-shared-secret 'very \"secret'\n"
                 "set vpn ipsec site-to-site peer @foo local-address 203.0.113.1\n"
                 "set vpn ipsec site-to-site peer @foo tunnel 0 local prefix 10.103.0.0/24\n"
                 "set vpn ipsec site-to-site peer @foo tunnel 0 remote prefix 10.104.0.0/24\n");
    expect_taken("connections {\n a {\n  remote_addrs = vpn.example.org\n  proposals = "
                 "aes128-sha1-modp1024\n  local { id = @a\n }\n"
                 "  remote { id = @b\n }\n  children { c { local_ts = 10.1.0.0/24\n remote_ts = "
                 "10.2.0.0/24\n } }\n }\n}\n"
                 "secrets { ike { secret = 0x00ff\n } }\n");
    expect_taken(
        "conn t\n  left=192.0.2.1\n  right=192.0.2.9\n  leftsubnet=10.1.0.0/16\n  rightsubnet=10.2.0.0/16\n"
        "192.0.2.1 192.0.2.9 : PSK \"x\"\n");
    expect_taken("- Pre-Shared Key : x\nOutside IP Addresses:\n - Customer Gateway : 203.0.113.1\n"
                 " - Virtual Private Gateway : 52.1.2.3\n");
}

static void a_fault_is_told_with_its_line(void **state)
{
    (void)state;
    assert_int_equal(import("connections {\n a {\n  version = 1\n }\n}\n"), CLI_REFUSED);
    assert_string_equal(out_text, "");
    assert_non_null(strstr(err_text, "culvertctl: -: line 3: version = 1 is IKEv1"));
}

/* Of what has no room nothing is written, rather than its beginning. */
static void what_becomes_too_long_is_refused(void **state)
{
    (void)state;
    static char text[131072];
    size_t n = (size_t)snprintf(text, sizeof text,
                                "connections {\n a {\n  remote_addrs = 192.0.2.9\n  local { id = @a\n }\n"
                                "  remote { id = @b\n }\n  children {\n");
    for (unsigned c = 0; c < 16; c++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "   c%u {\n", c);
        for (unsigned i = 0; i < 64; i++)
            n += (size_t)snprintf(text + n, sizeof text - n,
                                  "    %s_ts = 2001:db8:1000:2000:3000:4000:5000:%x%02x/128\n",
                                  i % 2 ? "local" : "remote", 0x10 + c, i);
        n += (size_t)snprintf(text + n, sizeof text - n, "   }\n");
    }
    snprintf(text + n, sizeof text - n, "  }\n }\n}\nsecrets { ike { secret = x\n } }\n");
    assert_int_equal(import(text), CLI_REFUSED);
    assert_string_equal(out_text, "");
    assert_non_null(strstr(err_text, "longer than 32768 bytes"));
}

static void a_file_that_is_not_there(void **state)
{
    (void)state;
    char *argv[] = {"culvertctl", "import", "/nonexistent", NULL};
    free(err_text);
    struct cli_io io = {.in = stdin, .out = stdout, .err = open_memstream(&err_text, &err_len)};
    assert_int_equal(cli_run(3, argv, &io), CLI_USAGE);
    fclose(io.err);
    assert_string_equal(err_text, "culvertctl: /nonexistent: No such file or directory\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_dialect_makes_a_configuration),
        cmocka_unit_test(a_fault_is_told_with_its_line),
        cmocka_unit_test(what_becomes_too_long_is_refused),
        cmocka_unit_test(a_file_that_is_not_there),
    };
    const int rc = cmocka_run_group_tests(tests, NULL, NULL);
    free(out_text);
    free(err_text);
    return rc;
}
