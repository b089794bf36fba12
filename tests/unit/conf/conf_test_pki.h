/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A small public key infrastructure for tests of conf, as files in a folder: a CA, a CA below it, a gateway's
 * certificate from that (gw.example.org, P-256), and one with an Ed25519 key from the first. All are valid
 * from 2020 to 2040; the keys guard nothing.
 */
#include <sys/stat.h>
#include <unistd.h>
#include "conf_test_help.h"

static const char pki_ca[] = "-----BEGIN CERTIFICATE-----\n"
                             "MIIBgjCCASigAwIBAgICEAAwCgYIKoZIzj0EAwIwKDELMAkGA1UEBhMCTloxDDAK\n"
                             "BgNVBAoMA0xhYjELMAkGA1UEAwwCY2EwHhcNMjAwMTAxMDAwMDAwWhcNNDAwMTAx\n"
                             "MDAwMDAwWjAoMQswCQYDVQQGEwJOWjEMMAoGA1UECgwDTGFiMQswCQYDVQQDDAJj\n"
                             "YTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEhyyEi5wDlFV+rR+wRTln7hYzMC\n"
                             "KLDA9MG9A30RBSn3XZrBnrlitJz/E81u/qfMEgFl3ApgL7oc+ovkue9IJPGjQjBA\n"
                             "MB0GA1UdDgQWBBTO8UTl1wnXPBjQll9boUHoON3FBjAPBgNVHRMBAf8EBTADAQH/\n"
                             "MA4GA1UdDwEB/wQEAwIBBjAKBggqhkjOPQQDAgNIADBFAiEAqpxZaD2rx5XlrB2L\n"
                             "uk4VAQ4vnPpjLm+Bdkyq8gWOoH4CIBtVgPCkypsA10cGdC3d3gQ82FaeNTiV/0as\n"
                             "PZ7kFewQ\n"
                             "-----END CERTIFICATE-----\n";

static const char pki_crl[] = "-----BEGIN X509 CRL-----\n"
                              "MIHAMGcCAQEwCgYIKoZIzj0EAwIwKDELMAkGA1UEBhMCTloxDDAKBgNVBAoMA0xh\n"
                              "YjELMAkGA1UEAwwCY2EXDTIwMDEwMTAwMDAwMFoXDTQwMDEwMTAwMDAwMFqgDjAM\n"
                              "MAoGA1UdFAQDAgEBMAoGCCqGSM49BAMCA0kAMEYCIQD09VTsHmfFSjYKrQliYh7u\n"
                              "GB+m0+N3Ttody+p13RT/cQIhANu5RGwIEPrkL8WZq7XT98U9amq8PA5rX8GnKfgf\n"
                              "b6CN\n"
                              "-----END X509 CRL-----\n";

static const char pki_sub[] = "-----BEGIN CERTIFICATE-----\n"
                              "MIIBpDCCAUqgAwIBAgICEAEwCgYIKoZIzj0EAwIwKDELMAkGA1UEBhMCTloxDDAK\n"
                              "BgNVBAoMA0xhYjELMAkGA1UEAwwCY2EwHhcNMjAwMTAxMDAwMDAwWhcNNDAwMTAx\n"
                              "MDAwMDAwWjApMQswCQYDVQQGEwJOWjEMMAoGA1UECgwDTGFiMQwwCgYDVQQDDANz\n"
                              "dWIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQXy74/C+xYrzVKnJT8PMczTMXK\n"
                              "LzSKZZM/XPtD94nJyfkND8iMpePJj4qfoTxn7YZeyFcdqNpqrI9Qxt0adVFlo2Mw\n"
                              "YTAdBgNVHQ4EFgQUdMk1TFk6NnJDDVqmzesSHXk8ocUwHwYDVR0jBBgwFoAUzvFE\n"
                              "5dcJ1zwY0JZfW6FB6DjdxQYwDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMC\n"
                              "AQYwCgYIKoZIzj0EAwIDSAAwRQIhAI0ySmeHjeEZxkPQnl6Dr/0CE9OQ3uSAurQf\n"
                              "KrLqR9xhAiAy57HLkCO0jqpZL00n0rKup7jKqlIfdYQAx5BIcuSwcg==\n"
                              "-----END CERTIFICATE-----\n";

static const char pki_gw[] = "-----BEGIN CERTIFICATE-----\n"
                             "MIIBnjCCAUSgAwIBAgICEAAwCgYIKoZIzj0EAwIwKTELMAkGA1UEBhMCTloxDDAK\n"
                             "BgNVBAoMA0xhYjEMMAoGA1UEAwwDc3ViMB4XDTIwMDEwMTAwMDAwMFoXDTQwMDEw\n"
                             "MTAwMDAwMFowKDELMAkGA1UEBhMCTloxDDAKBgNVBAoMA0xhYjELMAkGA1UEAwwC\n"
                             "Z3cwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARGhWMFMsGwDptll6oJljuZYdWV\n"
                             "M0O/NGY2nUsgZ1OiyJLhPXdqkD9yf/4dJHZlBjt7QvbtPVBZVi+aN/zS6yc3o10w\n"
                             "WzAdBgNVHQ4EFgQU2Zg8Jd60UzbFuG4HjGvCIYuczU8wHwYDVR0jBBgwFoAUdMk1\n"
                             "TFk6NnJDDVqmzesSHXk8ocUwGQYDVR0RBBIwEIIOZ3cuZXhhbXBsZS5vcmcwCgYI\n"
                             "KoZIzj0EAwIDSAAwRQIgUKh0RysDb5eqABn5k7nagJ7D39XibsuGurPqs/wSaCQC\n"
                             "IQC1dFiBg15oQypkIUn9k+c471WxxuxJr1KYA4sAaJd94g==\n"
                             "-----END CERTIFICATE-----\n";

static const char pki_gw_key[] = "-----BEGIN PRIVATE KEY-----\n"
                                 "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvXkiCQMZf4IvH69E\n"
                                 "MWld5VM4dPrkfk8NJTYADfNc2gmhRANCAARGhWMFMsGwDptll6oJljuZYdWVM0O/\n"
                                 "NGY2nUsgZ1OiyJLhPXdqkD9yf/4dJHZlBjt7QvbtPVBZVi+aN/zS6yc3\n"
                                 "-----END PRIVATE KEY-----\n";

static const char pki_gw_pub[] = "-----BEGIN PUBLIC KEY-----\n"
                                 "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAERoVjBTLBsA6bZZeqCZY7mWHVlTND\n"
                                 "vzRmNp1LIGdTosiS4T13apA/cn/+HSR2ZQY7e0L27T1QWVYvmjf80usnNw==\n"
                                 "-----END PUBLIC KEY-----\n";

static const char pki_ed[] = "-----BEGIN CERTIFICATE-----\n"
                             "MIIBbzCCARSgAwIBAgICEAIwCgYIKoZIzj0EAwIwKDELMAkGA1UEBhMCTloxDDAK\n"
                             "BgNVBAoMA0xhYjELMAkGA1UEAwwCY2EwHhcNMjAwMTAxMDAwMDAwWhcNNDAwMTAx\n"
                             "MDAwMDAwWjAoMQswCQYDVQQGEwJOWjEMMAoGA1UECgwDTGFiMQswCQYDVQQDDAJl\n"
                             "ZDAqMAUGAytlcAMhANyBbpAVsPT3FOZdElvxxex6Imq3ir2U0TvRBMFJiXvlo10w\n"
                             "WzAdBgNVHQ4EFgQUKXBBj6DFGEvUzYk40F4cy6cy6fkwHwYDVR0jBBgwFoAUzvFE\n"
                             "5dcJ1zwY0JZfW6FB6DjdxQYwGQYDVR0RBBIwEIIOZ3cuZXhhbXBsZS5vcmcwCgYI\n"
                             "KoZIzj0EAwIDSQAwRgIhAIzp4vaW76s0e+w0hFBmAOWJinFmDD3HGFrFPHeoyM4D\n"
                             "AiEAwPzu7LgWuUOeIZqN+2JnKMjmLDCuNdxBR34WKjwVsY0=\n"
                             "-----END CERTIFICATE-----\n";

static const char pki_ed_key[] = "-----BEGIN PRIVATE KEY-----\n"
                                 "MC4CAQAwBQYDK2VwBCIEILTPd/W+F0AFBh6Liw+Srs9c4IkUXGBt+2PY4i42XQot\n"
                                 "-----END PRIVATE KEY-----\n";

static char pki_folder[64];

static inline void pki_put(const char *name, const char *text, const char *more)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", pki_folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0 && fputs(more, f) >= 0);
    fclose(f);
    assert_int_equal(chmod(path, 0600), 0);
}

static const char *const pki_names[] = {"ca.crt", "ca.crl", "gw.crt", "gw.key",
                                        "gw.pub", "ed.crt", "ed.key", "text"};

static inline int pki_make(void **state)
{
    (void)state;
    snprintf(pki_folder, sizeof pki_folder, "/tmp/culvert-conf-pki-XXXXXX");
    if (!mkdtemp(pki_folder))
        return -1;
    pki_put("ca.crt", pki_ca, "");
    pki_put("ca.crl", pki_crl, "");
    pki_put("gw.crt", pki_gw, pki_sub);
    pki_put("gw.key", pki_gw_key, "");
    pki_put("gw.pub", pki_gw_pub, "");
    pki_put("ed.crt", pki_ed, "");
    pki_put("ed.key", pki_ed_key, "");
    pki_put("text", "nothing of that kind\n", "");
    return 0;
}

static inline int pki_drop(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pki_names / sizeof *pki_names; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", pki_folder, pki_names[i]);
        unlink(path);
    }
    return rmdir(pki_folder);
}

/* A configuration of connections and authorities in that folder, with a secret for "@gw" and "@foo". */
static inline struct conf *pki_load(const char *conns, const char *authorities)
{
    static char text[1 << 16];
    snprintf(text, sizeof text,
             "{'ports':{" GOOD_PORTS "},'secrets':[" GOOD_SECRET "],'connections':{%s},'authorities':{%s}}",
             conns, authorities);
    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    return conf_load_text(text, strlen(text), pki_folder, NULL, &report);
}

/* The same, which must be right. */
static inline struct conf *pki_load_good(const char *conns, const char *authorities)
{
    struct conf *conf = pki_load(conns, authorities);
    if (!conf)
        conf_report_print(&report, "culvert.json", stderr);
    assert_non_null(conf);
    return conf;
}

/* The same, which is refused with this finding. */
static inline void pki_refused(const char *conns, const char *authorities, const char *path, const char *part)
{
    assert_null(pki_load(conns, authorities));
    expect_error(path, part);
}
