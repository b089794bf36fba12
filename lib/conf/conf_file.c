/* SPDX-License-Identifier: BSD-3-Clause */
/* Files of the configuration: a whole one in memory, and the folder that its own names start at. */
#include "conf_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base_wipe.h"

char *conf_file_read(const char *file, size_t *len)
{
    struct stat st;
    char *text = NULL;
    const int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) < 0)
        goto out;
    errno = S_ISREG(st.st_mode) ? EFBIG : EINVAL;
    if (!S_ISREG(st.st_mode) || st.st_size > CONF_FILE_MAX)
        goto out;
    text = malloc((size_t)st.st_size + 1);
    if (!text)
        goto out;
    *len = 0;
    ssize_t got;
    while (*len < (size_t)st.st_size && (got = read(fd, text + *len, (size_t)st.st_size - *len)) > 0)
        *len += (size_t)got;
out:
    close(fd);
    return text;
}

json_t *conf_file_parse(struct conf_reader *r, const char *text, size_t len)
{
    json_error_t error;
    json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        conf_fail(r, "not JSON: line %d, column %d: %s", error.line, error.column, error.text);
    return root;
}

json_t *conf_file_load(struct conf_reader *r, const char *file)
{
    size_t len;
    char *text = conf_file_read(file, &len);
    if (!text) {
        conf_fail(r, "cannot be read: %s", strerror(errno));
        return NULL;
    }
    json_t *root = conf_file_parse(r, text, len);
    base_wipe(text, len);
    free(text);
    return root;
}

bool conf_file_at(const char *folder, const char *name, char out[CONF_PATH_MAX])
{
    const int n = name[0] == '/' ? snprintf(out, CONF_PATH_MAX, "%s", name)
                                 : snprintf(out, CONF_PATH_MAX, "%s/%s", folder, name);
    return n >= 0 && n < CONF_PATH_MAX;
}
