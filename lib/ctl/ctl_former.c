/* SPDX-License-Identifier: BSD-3-Clause */
/* A list, as long as there were reloads since the oldest SA came up. */
#include "ctl_former.h"

#include <stdlib.h>

#include "ctl.h"
#include "ctl_aside.h"

struct ctl_former {
    struct ctl_former *next;
    struct conf *conf; /* owned */
};

static void former_free(void *conf)
{
    conf_free(conf);
}

void ctl_former_add(struct ctl *ctl, struct conf *conf)
{
    struct ctl_former *f = malloc(sizeof *f);
    if (!f) {
        ctl_aside_run(ctl, former_free, conf); /* the rest goes with its last SA */
        return;
    }
    *f = (struct ctl_former){ctl->formers, conf};
    ctl->formers = f;
}

void ctl_former_turn(struct ctl *ctl)
{
    for (struct ctl_former **p = &ctl->formers, *f; (f = *p) != NULL; p = &f->next) {
        if (!ike_conf_is_alone(f->conf->ike))
            continue;
        if (!ctl_aside_leave(ctl, former_free, f->conf))
            return;
        *p = f->next;
        free(f);
        return;
    }
}

void ctl_former_close(struct ctl *ctl)
{
    for (struct ctl_former *f = ctl->formers, *next; f; f = next) {
        next = f->next;
        conf_free(f->conf);
        free(f);
    }
    ctl->formers = NULL;
}
