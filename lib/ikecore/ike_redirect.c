/* SPDX-License-Identifier: BSD-3-Clause */
/* Redirects of a connection, counted. */
#include "ike_redirect.h"

#include <stdlib.h>
#include <string.h>
#include "base_addr.h"
#include "base_text.h"
#include "base_time.h"
#include "ike_core.h"
#include "ike_run.h"

bool ike_redirect_take(struct ike *ike, struct ike_run *run, const char *to, const struct base_addr *from)
{
    if (!run->redirect)
        run->redirect = calloc(1, sizeof *run->redirect);
    struct ike_redirect *r = run->redirect;
    if (!r)
        return false;
    if (!r->times || base_time_since(ike->now, r->since) > IKE_REDIRECTS_S * BASE_NS_PER_S) {
        r->times = 0;
        r->since = ike->now;
    }
    if (++r->times > IKE_REDIRECTS_MAX) {
        r->to[0] = '\0';
        return false;
    }
    struct base_text t = base_text(r->to, sizeof r->to);
    base_text_add(&t, "%s", to);
    base_addr_text(from, r->from);
    run->calls_again = true;
    return true;
}

void ike_redirect_over(struct ike_run *run)
{
    if (run->redirect)
        run->redirect->to[0] = '\0';
}

const char *ike_redirect_host(const struct ike_run *run)
{
    return run->redirect && run->redirect->to[0] ? run->redirect->to : NULL;
}
