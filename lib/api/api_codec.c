/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines to structs and back. Answers are ASCII (other characters as \u), so a terminal is safe from them. */
#include "api.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base_wipe.h"

/* A document as one line. Takes root. */
static char *line_of(json_t *root, size_t *len)
{
    *len = 0;
    if (!root)
        return NULL;
    const size_t n = json_dumpb(root, NULL, 0, JSON_COMPACT | JSON_ENSURE_ASCII);
    char *line = n ? malloc(n + 2) : NULL;
    if (line && json_dumpb(root, line, n, JSON_COMPACT | JSON_ENSURE_ASCII) == n) {
        /* DEL is ASCII, and no text: jansson leaves it as it is, and it stands in strings only. */
        for (char *del = line; (del = memchr(del, 0x7f, n - (size_t)(del - line)));)
            *del = '?';
        line[n] = '\n';
        line[n + 1] = '\0';
        *len = n + 1;
    }
    json_decref(root);
    return line;
}

char *api_request_line(const char *command, json_t *args, size_t *len)
{
    return line_of(json_pack("{s:s, s:o}", "command", command, "args", args ? args : json_object()), len);
}

char *api_response_ok(json_t *data, size_t *len)
{
    return line_of(json_pack("{s:b, s:o}", "ok", 1, "data", data ? data : json_object()), len);
}

char *api_response_secret(json_t *data, size_t *len)
{
    const char *key;
    json_t *text;
    char *line = api_response_ok(json_incref(data), len);
    json_object_foreach(data, key, text)
    {
        if (json_is_string(text))
            base_wipe((char *)json_string_value(text), json_string_length(text));
    }
    json_decref(data);
    return line;
}

/* A message may quote what came, which need not be UTF-8. */
static json_t *message_make(const char *message)
{
    char safe[512];
    size_t n = 0;
    json_t *text = json_string(message);
    if (text)
        return text;
    for (; message[n] && n + 1 < sizeof safe; n++)
        safe[n] = (unsigned char)message[n] < 0x80 ? message[n] : '?';
    safe[n] = '\0';
    return json_string(safe);
}

char *api_response_fail(const char *code, const char *message, json_t *details, size_t *len)
{
    return line_of(json_pack("{s:b, s:{s:s, s:o, s:o*}}", "ok", 0, "error", "code", code, "message",
                             message_make(message), "details", details),
                   len);
}

/* One object from a line. NULL with a sentence in why. */
static json_t *object_of(const char *line, size_t len, char *why, size_t why_size)
{
    json_error_t error;
    json_t *root = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
    if (root && json_is_object(root))
        return root;
    snprintf(why, why_size, "%s", root ? "not an object" : error.text);
    json_decref(root);
    return NULL;
}

int api_request_parse(const char *line, size_t len, struct api_request *out, char *why, size_t why_size)
{
    json_t *root = object_of(line, len, why, why_size);
    if (!root)
        return -EINVAL;
    json_t *command = json_object_get(root, "command");
    if (!json_object_get(root, "args"))
        json_object_set_new(root, "args", json_object());
    json_t *args = json_object_get(root, "args");
    if (!json_is_string(command) || !json_is_object(args)) {
        snprintf(why, why_size, "write {\"command\":\"...\",\"args\":{...}}");
        json_decref(root);
        return -EINVAL;
    }
    *out = (struct api_request){json_string_value(command), args, root};
    return 0;
}

int api_response_parse(const char *line, size_t len, struct api_response *out, char *why, size_t why_size)
{
    json_t *root = object_of(line, len, why, why_size);
    if (!root)
        return -EINVAL;
    const json_t *ok = json_object_get(root, "ok"), *error = json_object_get(root, "error");
    *out = (struct api_response){
        .ok = json_is_true(ok),
        .data = json_object_get(root, "data"),
        .code = json_string_value(json_object_get(error, "code")),
        .message = json_string_value(json_object_get(error, "message")),
        .details = json_object_get(error, "details"),
        .root = root,
    };
    if (json_is_boolean(ok) && (out->ok ? json_is_object(out->data) : out->code && out->message))
        return 0;
    snprintf(why, why_size, "the answer has neither data nor error");
    json_decref(root);
    *out = (struct api_response){0};
    return -EINVAL;
}
