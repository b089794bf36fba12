/* SPDX-License-Identifier: BSD-3-Clause */
/* Builds a sentence for whoever listens. */
#include "host_tell.h"

#include <stdarg.h>
#include <stdio.h>

void host_tell(const struct host_tell *tell, const char *format, ...)
{
    char sentence[1024];
    va_list ap;
    va_start(ap, format);
    vsnprintf(sentence, sizeof sentence, format, ap);
    va_end(ap);
    if (tell->fn)
        tell->fn(tell->arg, sentence);
}
