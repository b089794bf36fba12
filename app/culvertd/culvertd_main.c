/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * culvertd: the gateway. Reads its arguments and its configuration, and hands over to the control core
 * (lib/ctl). Exit status: 0 stopped as asked, 1 configuration or start failed, 2 wrong arguments,
 * 69 a CPU that lacks what this build uses (guard.c).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <intel-ipsec-mb.h>
#include <openssl/crypto.h>
#include <rte_version.h>

#include "about_version.h"
#include "conf.h"
#include "ctl.h"
#include "ctl_check.h"
#include "ctl_release.h"
#include "culvertd_args.h"
#include "host_keep.h"
#include "ossl_eap.h"
#include "ossl_ops.h"

static int print_version(bool is_json)
{
    const struct about_running running = {
        .dpdk = rte_version() + strlen("DPDK "),
        .ipsec_mb = imb_get_version_str(),
        .openssl = OpenSSL_version(OPENSSL_VERSION_STRING),
        .no_ml_kem = ossl_dh_why_no_kem(),
    };
    (is_json ? about_version_json : about_version_print)(stdout, "culvertd", &running);
    return 0;
}

/* Whether a configuration was named or stands where it is looked for. */
static bool has_config(struct culvertd_args *args)
{
    if (args->config)
        return true;
    args->config = CULVERT_CONFIG;
    if (access(CULVERT_CONFIG, F_OK) == 0 || errno != ENOENT)
        return true;
    fputs("culvertd: there is no " CULVERT_CONFIG "; write it (examples are in " CULVERT_EXAMPLES
          "), or name another file by --config\n",
          stderr);
    return false;
}

/* Reads the configuration, and checks it when that is what is asked; else it is to be run. NULL: *status. */
static struct conf *load(const struct culvertd_args *args, int *status)
{
    struct conf_report *report = calloc(1, sizeof *report);
    struct conf *conf = report ? conf_load(args->config, report) : NULL;
    *status = 1;
    if (report && args->what == CHECK) {
        const struct ctl_check check = {args->config, conf, report, !args->config_only, args->is_json};
        *status = ctl_check(&check, stdout, stderr) ? 0 : 1;
        conf_free(conf);
        conf = NULL;
    } else if (report) {
        conf_report_print(report, args->config, stderr);
    }
    free(report);
    return conf;
}

int main(int argc, char **argv)
{
    static struct ctl ctl;
    struct culvertd_args args = {0};
    char why[1024];
    host_keep_from_dumps();
    int status = culvertd_args(argc, argv, &args);
    if (status >= 0)
        return status;
    if (args.what == VERSION)
        return print_version(args.is_json);
    if (args.what == RELEASE)
        return ctl_release(args.interface, args.is_json, stdout) ? 0 : 1;
    struct conf *conf = has_config(&args) ? load(&args, &status) : NULL;
    if (!conf)
        return status < 0 ? 1 : status;
    if (ctl_start(&ctl, args.config, conf, why, sizeof why) < 0) {
        fprintf(stderr, "culvertd: %s\n", why);
        return 1;
    }
    ctl_run(&ctl);
    ctl_stop(&ctl);
    ossl_eap_fini();
    ossl_fini();
    return 0;
}
