/* SPDX-License-Identifier: BSD-3-Clause */
/* What an operator can do: initiate, terminate, rekey, reload. */
#include "ctl_api_cmd.h"
#include "ctl_check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "ctl_aside.h"
#include "ctl_json.h"

/* The connection in args, and the child of it where one is named. False: refused. */
static bool act_arguments(const struct ctl *ctl, const json_t *args, struct ike_event *ev,
                          struct ctl_refusal *refusal)
{
    const json_t *child = json_object_get(args, "child");
    if (!ctl_arg_connection(ctl->conf->ike, args, &ev->name, refusal))
        return false;
    if (!ev->name) {
        ctl_refuse(refusal, API_ERR_BAD_ARGUMENT, "say which connection");
        return false;
    }
    ev->child = json_string_value(child);
    if (!child || (ev->child && ike_conn_conf_child(ike_conf_conn(ctl->conf->ike, ev->name), ev->child)))
        return true;
    ctl_refuse(refusal, ev->child ? API_ERR_NOT_FOUND : API_ERR_BAD_ARGUMENT,
               ev->child ? "\"%.63s\" has no child \"%.63s\"; see: culvertctl show connections %.63s"
                         : "\"child\" must be a text",
               ev->name, ev->child, ev->name);
    return false;
}

/* What an SA that is up lacked is made now. */
static json_t *act_note(const struct ike_event *ev, int n_children)
{
    char note[256];
    snprintf(note, sizeof note,
             "\"%.63s\" is up and lacks %d of its child SAs, which the peer is asked for now", ev->name,
             n_children);
    return json_pack("{s:i, s:s}", "children", n_children, "note", note);
}

/* The engine ends a connection's SAs in parts; those that come meanwhile are not meant. */
static int act_event(struct ctl *ctl, const struct ike_event *ev)
{
    struct ike_stats now;
    int rc = ctl_event(ctl, ev);
    if (ev->type != IKE_EV_TERMINATE || rc <= 0)
        return rc;
    ike_stats(ctl->ike, &now);
    for (uint64_t left = now.ike_sas; rc > 0 && left > 0 && !ctl->loop.is_stopping; left--) {
        ctl_aside_turn_sent(ctl);
        rc = ctl_event(ctl, ev);
    }
    return 0;
}

/* Hands an event for the connection in args to the engine and puts its verdict into words. */
static json_t *act(struct ctl *ctl, const json_t *args, struct ike_event *ev, struct ctl_refusal *refusal)
{
    if (!act_arguments(ctl, args, ev, refusal))
        return NULL;
    const char *name = ev->name, *slash = ev->child ? "/" : "", *child = ev->child ? ev->child : "";
    const int rc = act_event(ctl, ev);
    switch (rc < 0 ? rc : 0) {
    case 0:
        return rc ? act_note(ev, rc) : json_object();
    case -ENOENT:
        return ctl_refuse(refusal, API_ERR_NOT_FOUND,
                          "\"%.63s\" is not up; start it with: culvertctl initiate %.63s%s%.63s", name, name,
                          slash, child);
    case -ESRCH:
        return ctl_refuse(
            refusal, API_ERR_NOT_FOUND,
            "the IKE SA of \"%.63s\" is up, but %s; make it with: culvertctl initiate %.63s%s%.63s", name,
            ev->child ? "this child SA is not" : "it has no child SA", name, slash, child);
    case -EALREADY:
        return ctl_refuse(refusal, API_ERR_ALREADY,
                          "\"%.63s%s%.63s\" is up or under way; see: culvertctl show sas", name, slash,
                          child);
    case -EHOSTUNREACH:
        return ctl_refuse(refusal, API_ERR_NO_ADDRESS,
                          "\"%.63s\" has no remote.address, so the peer must call us; to call it, write "
                          "connections.%.63s.remote.address",
                          name, name);
    default:
        return ctl_refuse(refusal, API_ERR_FAILED, "it did not work; see: culvertctl show failures");
    }
}

/* A connection with keys made by hand has nobody to talk to: it is there, or it is not. NULL: it is none. */
static struct ctl_manual *act_manual(struct ctl *ctl, const json_t *args)
{
    return ctl_manual_find(ctl, json_string_value(json_object_get(args, "connection")));
}

/* It is the whole connection that commands are about. False: refused. */
static bool act_manual_is_whole(const struct ctl_manual *m, const json_t *args, struct ctl_refusal *refusal)
{
    if (!json_object_get(args, "child"))
        return true;
    ctl_refuse(
        refusal, API_ERR_NOT_FOUND,
        "\"%.63s\" has keys made by hand and no children: its pairs come and go together; leave the child "
        "out, see: culvertctl show manual",
        m->name);
    return false;
}

static json_t *act_manual_done(const struct ctl_manual *m, const char *what, uint32_t count)
{
    char note[160];
    snprintf(note, sizeof note, "%u pairs of SAs of \"%.63s\" are %s; see: culvertctl show manual", count,
             m->name, what);
    return json_pack("{s:b, s:s}", "done", true, "note", note);
}

static json_t *act_manual_begin(struct ctl *ctl, struct ctl_manual *m, const json_t *args,
                                struct ctl_refusal *refusal)
{
    char words[CTL_MANUAL_WORDS];
    if (!act_manual_is_whole(m, args, refusal))
        return NULL;
    const int rc = ctl_manual_begin(ctl, m);
    if (rc == -EALREADY)
        return ctl_refuse(refusal, API_ERR_ALREADY, "\"%.63s\" is up; see: culvertctl show manual", m->name);
    if (rc < 0)
        return ctl_refuse(refusal, API_ERR_FAILED, "the SAs of \"%.63s\" cannot be made: %s", m->name,
                          ctl_manual_words(rc, conf_manual_find(ctl->conf, m->name)->count, words));
    return act_manual_done(m, "up", m->count);
}

static json_t *act_manual_end(struct ctl *ctl, struct ctl_manual *m, const json_t *args,
                              struct ctl_refusal *refusal)
{
    const uint32_t count = m->count;
    if (!act_manual_is_whole(m, args, refusal))
        return NULL;
    if (ctl_manual_end(ctl, m) == 0)
        return act_manual_done(m, "gone", count);
    return ctl_refuse(refusal, API_ERR_NOT_FOUND,
                      "\"%.63s\" is not up; start it with: culvertctl initiate %.63s", m->name, m->name);
}

json_t *ctl_act_initiate(struct ctl *ctl, const json_t *args, struct ctl_refusal *refusal)
{
    if (ctl->loop.is_stopping)
        return ctl_refuse(refusal, API_ERR_FAILED, "the daemon is stopping");
    struct ctl_manual *manual = act_manual(ctl, args);
    if (manual)
        return act_manual_begin(ctl, manual, args, refusal);
    return act(ctl, args, &(struct ike_event){.type = IKE_EV_INITIATE}, refusal);
}

json_t *ctl_act_terminate(struct ctl *ctl, const json_t *args, struct ctl_refusal *refusal)
{
    struct ctl_manual *manual = act_manual(ctl, args);
    if (manual)
        return act_manual_end(ctl, manual, args, refusal);
    return act(ctl, args, &(struct ike_event){.type = IKE_EV_TERMINATE}, refusal);
}

json_t *ctl_act_rekey(struct ctl *ctl, const json_t *args, struct ctl_refusal *refusal)
{
    const json_t *what = json_object_get(args, "what");
    const char *text = what ? json_string_value(what) : "child";
    const bool is_auth = text && strcmp(text, "auth") == 0, is_ike = text && strcmp(text, "ike") == 0;
    const struct ctl_manual *manual = act_manual(ctl, args);
    if (manual && !act_manual_is_whole(manual, args, refusal))
        return NULL;
    if (manual)
        return ctl_refuse(
            refusal, API_ERR_FAILED,
            "\"%.63s\" has keys made by hand, which nothing renews: terminate and initiate begin "
            "it anew, with another nonce",
            manual->name);
    if (!is_auth && !is_ike && !(text && strcmp(text, "child") == 0))
        return ctl_refuse(refusal, API_ERR_BAD_ARGUMENT, "\"what\" must be \"ike\", \"child\" or \"auth\"");
    struct ike_event ev = {.type = is_auth ? IKE_EV_REAUTH : IKE_EV_REKEY, .rekey_ike = is_ike};
    if ((is_ike || is_auth) && json_object_get(args, "child"))
        return ctl_refuse(refusal, API_ERR_BAD_ARGUMENT,
                          "the IKE SA is the whole connection's: name no child, or leave \"%s\" out", text);
    return act(ctl, args, &ev, refusal);
}

json_t *ctl_act_redirect(struct ctl *ctl, const json_t *args, struct ctl_refusal *refusal)
{
    struct ike_event ev = {.type = IKE_EV_REDIRECT, .host = json_string_value(json_object_get(args, "to"))};
    if (!ctl_arg_connection(ctl->conf->ike, args, &ev.name, refusal))
        return NULL;
    if (!ev.host || strlen(ev.host) >= IKE_HOST_MAX || !ev.host[0])
        return ctl_refuse(refusal, API_ERR_BAD_ARGUMENT,
                          "say where to, an address or a host name: --to gw2.example.org");
    const int n = ctl_event(ctl, &ev);
    if (n <= 0)
        return ctl_refuse(refusal, API_ERR_NOT_FOUND,
                          "no peer that is up, called us, and can be redirected (RFC 5685) is there; see: "
                          "culvertctl show sas");
    return json_pack("{s:i}", "clients", n);
}

/* What a reload does, as a document: as long as there are connections, so it is made beside the loop. */
struct act_plan {
    const struct conf_diff *diff;
    const struct conf_report *report;
    bool is_plan;
    json_t *document;
};

static void act_plan_document(void *arg)
{
    struct act_plan *p = arg;
    json_t *operations = json_array();
    for (size_t i = 0; i < p->diff->n_ops; i++)
        json_array_append_new(operations, json_pack("{s:s, s:o}", "type", conf_op_name(p->diff->ops[i].type),
                                                    "name", ctl_json_text(p->diff->ops[i].name)));
    p->document =
        json_pack("{s:b, s:o, s:b, s:o}", "is_plan", p->is_plan, "operations", operations, "needs_restart",
                  p->diff->needs_restart, "warnings", ctl_check_issues(p->report, true));
}

static json_t *act_reload_refuse(const struct ctl *ctl, int rc, const struct conf_report *report,
                                 struct ctl_refusal *refusal)
{
    switch (rc) {
    case -EINVAL:
        refusal->details = ctl_check_issues(report, false);
        return ctl_refuse(refusal, API_ERR_BAD_CONFIG, "%s has %zu error%s; the running configuration stays",
                          ctl->conf_file, report->n_errors, report->n_errors == 1 ? "" : "s");
    case -EALREADY:
        return ctl_refuse(refusal, API_ERR_ALREADY,
                          "%s is being read already; ask again when that reload is over", ctl->conf_file);
    case -ECANCELED:
        return ctl_refuse(refusal, API_ERR_FAILED, "the daemon is stopping");
    default:
        return ctl_refuse(refusal, API_ERR_FAILED, "cannot apply %s: %s; the running configuration stays",
                          ctl->conf_file, strerror(-rc));
    }
}

static json_t *act_reload(struct ctl *ctl, bool is_plan, struct conf_report *report,
                          struct ctl_refusal *refusal)
{
    struct conf_diff diff;
    const int rc = is_plan ? ctl_reload_plan(ctl, report, &diff) : ctl_reload(ctl, report, &diff);
    if (rc < 0)
        return act_reload_refuse(ctl, rc, report, refusal);
    struct act_plan answer = {.diff = &diff, .report = report, .is_plan = is_plan};
    ctl_aside_run(ctl, act_plan_document, &answer);
    conf_diff_free(&diff);
    return answer.document;
}

json_t *ctl_act_reload(struct ctl *ctl, const json_t *args, struct ctl_refusal *refusal)
{
    const json_t *plan = json_object_get(args, "plan");
    if (plan && !json_is_boolean(plan))
        return ctl_refuse(refusal, API_ERR_BAD_ARGUMENT, "\"plan\" must be true or false");
    struct conf_report *report =
        calloc(1, sizeof *report); /* each asker's own: others are answered meanwhile */
    json_t *document = report ? act_reload(ctl, json_is_true(plan), report, refusal) : NULL;
    free(report);
    return document;
}
