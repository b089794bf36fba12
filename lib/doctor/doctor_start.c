/* SPDX-License-Identifier: BSD-3-Clause */
/* Who begins, and when it is: both sides may wait, and clocks may be wrong. */
#include "doctor_row.h"

#include "crypt_pki_ops.h"
#include "ike_cred.h"
#include <inttypes.h>

void doctor_start_waits(const struct doctor_conn *f, struct doctor_report *report)
{
    const struct ike_conn_conf *c = f->conn;
    if (f->up || f->connecting || ike_conn_conf_begins(c, IKE_START_START) ||
        ike_conn_conf_begins(c, IKE_START_TRAP))
        return;
    const bool calls = ike_conn_conf_calls(c);
    struct doctor_finding *d = doctor_add(report, calls ? "nobody-begins" : "waits",
                                          calls && !f->n_failures ? DOCTOR_WARNING : DOCTOR_NOTE);
    doctor_say(d, DOCTOR_SEEN, "this side waits for the peer's call");
    if (calls) {
        doctor_say(d, DOCTOR_MEANS, "When the peer waits as well, nobody begins, and nothing ever fails.");
        doctor_say(d, DOCTOR_HERE, "connections.%s.start: true, or once: culvertctl initiate %s", c->name,
                   c->name);
    } else {
        doctor_say(
            d, DOCTOR_MEANS,
            "It has no remote.address, so only the peer can begin: it must, when a NAT is in front of it.");
    }
    doctor_say(d, DOCTOR_PEER,
               "make it begin (strongSwan: start_action = start; VyOS: connection-type initiate)");
}

static void add_clock(struct doctor_report *report, const struct ike_conn_conf *c, const char *subject,
                      int64_t days, bool is_early)
{
    struct doctor_finding *d = doctor_add(report, "clock", DOCTOR_FAULT);
    doctor_say(d, DOCTOR_SEEN, "our certificate %s %s %" PRId64 " day%s %s", subject,
               is_early ? "begins to be valid in" : "ended", days, days == 1 ? "" : "s",
               is_early ? "by this machine's clock" : "ago");
    doctor_say(d, DOCTOR_MEANS, "%s",
               is_early
                   ? "A certificate is rarely made ahead of time: this machine's clock is behind, and every "
                     "peer whose clock is right looks as if it came from the future."
                   : "Either it was to be renewed, or this machine's clock is ahead.");
    doctor_say(d, DOCTOR_HERE,
               "look at the clock (timedatectl) and let it follow NTP; else a new certificate in "
               "connections.%s.local.certificate",
               c->name);
}

void doctor_start_clock(const struct doctor_conn *f, struct doctor_report *report)
{
    const struct crypt_pki_ops *pki = f->conf->pki;
    struct crypt_cert_info info;
    if (!pki || !f->conn->creds || f->clock_s == 0)
        return;
    for (size_t i = 0; i < f->conn->creds->n; i++) {
        const struct ike_cred *cred = &f->conn->creds->list[i];
        if (cred->is_raw || cred->certs.n == 0)
            continue;
        pki->cert_info(cred->certs.at[0], &info);
        if (f->clock_s < info.not_before)
            add_clock(report, f->conn, info.subject, (info.not_before - f->clock_s) / 86400 + 1, true);
        else if (f->clock_s > info.not_after)
            add_clock(report, f->conn, info.subject, (f->clock_s - info.not_after) / 86400 + 1, false);
    }
}
