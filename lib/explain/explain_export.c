/* SPDX-License-Identifier: BSD-3-Clause */
/* All dialects: one row each. */
#include "explain_export.h"

#include "explain_dialects.h"
#include <string.h>

static const struct explain_dialect dialects[] = {
    {"culvert", "a configuration of culvertd; its ports are to be named", explain_export_culvert},
    {"strongswan", "swanctl.conf", explain_export_strongswan},
    {"libreswan", "ipsec.conf and ipsec.secrets", explain_export_libreswan},
    {"vyos", "commands of VyOS's configure mode", explain_export_vyos},
    {"windows", "commands of PowerShell", explain_export_windows},
    {"ios", "a profile for iOS and macOS", explain_export_ios},
    {"android", "what to type into the settings", explain_export_android},
    {"mikrotik", "commands of RouterOS 7", explain_export_mikrotik},
    {"fortigate", "commands of FortiOS 7", explain_export_fortigate},
    {"aws", "commands of AWS's command line", explain_export_aws},
};

const struct explain_dialect *explain_dialects(size_t *count)
{
    *count = sizeof dialects / sizeof *dialects;
    return dialects;
}

const struct explain_dialect *explain_dialect(const char *word)
{
    for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++)
        if (strcmp(dialects[i].word, word) == 0)
            return &dialects[i];
    return NULL;
}
