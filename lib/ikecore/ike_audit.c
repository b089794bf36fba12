/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of audit kinds, as logs and JSON show them, and which of them are failures. */
#include "ike_audit.h"

#include "esp_pair.h"
#include "ike_action.h"

static const struct audit_row {
    const char *name;
    bool is_failure;
} rows[] = {
    [IKE_AUDIT_IKE_UP] = {"ike_up", false},
    [IKE_AUDIT_IKE_DOWN] = {"ike_down", false},
    [IKE_AUDIT_CHILD_UP] = {"child_up", false},
    [IKE_AUDIT_CHILD_DOWN] = {"child_down", false},
    [IKE_AUDIT_IKE_REKEYED] = {"ike_rekeyed", false},
    [IKE_AUDIT_CHILD_REKEYED] = {"child_rekeyed", false},
    [IKE_AUDIT_IKE_REAUTHENTICATED] = {"ike_reauthenticated", false},
    [IKE_AUDIT_PEER_MOVED] = {"peer_moved", false},
    [IKE_AUDIT_REDIRECTED] = {"redirected", false},
    [IKE_AUDIT_MOVED] = {"moved", false},
    [IKE_AUDIT_RETRANSMIT] = {"retransmit", false},
    [IKE_AUDIT_PATH_MTU] = {"path_mtu", false},
    [IKE_AUDIT_TCP] = {"tcp", false},
    [IKE_AUDIT_DOUBTED] = {"doubted", false},
    [IKE_AUDIT_FAIL_NO_CONNECTION] = {"no_connection", true},
    [IKE_AUDIT_FAIL_UNKNOWN_ID] = {"unknown_id", true},
    [IKE_AUDIT_FAIL_WRONG_KEY] = {"wrong_key", true},
    [IKE_AUDIT_FAIL_NO_SECRET] = {"no_secret", true},
    [IKE_AUDIT_FAIL_NO_PROPOSAL] = {"no_proposal", true},
    [IKE_AUDIT_FAIL_PFS] = {"pfs", true},
    [IKE_AUDIT_FAIL_SELECTORS] = {"selectors", true},
    [IKE_AUDIT_FAIL_AH] = {"ah", true},
    [IKE_AUDIT_FAIL_PEER_ID] = {"peer_id", true},
    [IKE_AUDIT_FAIL_NAT_FORBIDDEN] = {"nat_forbidden", true},
    [IKE_AUDIT_FAIL_TIMEOUT] = {"timeout", true},
    [IKE_AUDIT_FAIL_NAME] = {"name", true},
    [IKE_AUDIT_FAIL_REFUSED] = {"refused", true},
    [IKE_AUDIT_FAIL_OVERLAP] = {"overlap", true},
    [IKE_AUDIT_FAIL_MALFORMED] = {"malformed", true},
    [IKE_AUDIT_FAIL_LIMIT] = {"limit", true},
    [IKE_AUDIT_FAIL_UNCHECKED] = {"unchecked", true},
    [IKE_AUDIT_FAIL_BLACK_HOLE] = {"black_hole", true},
    [IKE_AUDIT_FAIL_VERSION] = {"version", true},
    [IKE_AUDIT_FAIL_CRITICAL] = {"critical", true},
    [IKE_AUDIT_FAIL_EAP] = {"eap", true},
    [IKE_AUDIT_FAIL_LOGIN] = {"login", true},
    [IKE_AUDIT_FAIL_ROUNDS] = {"rounds", true},
    [IKE_AUDIT_FAIL_PPK] = {"ppk", true},
    [IKE_AUDIT_FAIL_UNPROVED] = {"unproved", true},
    [IKE_AUDIT_FAIL_TRANSPORT] = {"transport_mode", true},
    [IKE_AUDIT_FAIL_INSTALL] = {"install", true},
    [IKE_AUDIT_FAIL_NARROWED] = {"narrowed", true},
    [IKE_AUDIT_FAIL_GREEDY] = {"greedy", true},
    [IKE_AUDIT_FAIL_UNFINISHED] = {"unfinished", true},
    [IKE_AUDIT_FAIL_REDIRECT] = {"redirect", true},
    [IKE_AUDIT_FAIL_MOVE] = {"move", true},
    [IKE_AUDIT_FAIL_ADDRESS] = {"address", true},
    [IKE_AUDIT_FAIL_CERT] = {"certificate", true},
    [IKE_AUDIT_FAIL_TCP] = {"tcp_failed", true},
    [IKE_AUDIT_FAIL_KEY_EXCHANGE] = {"key_exchange", true},
};

const char *ike_audit_kind_name(enum ike_audit_kind kind)
{
    return (size_t)kind < sizeof rows / sizeof *rows ? rows[kind].name : "unknown";
}

bool ike_audit_is_failure(enum ike_audit_kind kind)
{
    return (size_t)kind < sizeof rows / sizeof *rows && rows[kind].is_failure;
}

void ike_action_wipe(struct ike_action *a)
{
    if (a->type == IKE_ACT_SA_INSTALL)
        esp_pair_wipe(&a->install.pair);
}
