/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pre-shared keys: from a file that others can neither read nor change, or from the configuration itself. The
 * key is text as it stands, without the line end, or hexadecimal behind "0x". Copies are wiped; nothing is
 * logged.
 */
#include "conf_int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base_file.h"
#include "base_secret.h"
#include "base_wipe.h"

#define PSK_TEXT_MAX (2 * IKE_PSK_MAX + 4) /* "0x", digits, line end */
#define PPK_LEAST    32
#define PSK_WEAK     20 /* bytes; below, a captured handshake can be searched off line */

/* The bytes that a text stands for. 0: not legal, and it was said why. */
static size_t psk_decode(struct conf_reader *r, const char *text, size_t len, uint8_t out[IKE_PSK_MAX])
{
    const bool is_hex = len >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    if (!is_hex) {
        if (len == 0)
            conf_fail(r, "the key is empty; make one with: openssl rand -hex 32");
        else if (len > IKE_PSK_MAX)
            conf_fail(r, "the key is longer than %d bytes", IKE_PSK_MAX);
        else
            memcpy(out, text, len);
        return len > IKE_PSK_MAX ? 0 : len;
    }
    size_t n = 0;
    const bool ok = conf_hex_parse(base_span(text, len), out, IKE_PSK_MAX, &n);
    if (!ok)
        conf_fail(
            r, "the key begins with 0x, but an even number (2 to %d) of hexadecimal digits does not follow",
            2 * IKE_PSK_MAX);
    return ok ? n : 0;
}

static size_t psk_from_file(struct conf_reader *r, const char *name, uint8_t out[IKE_PSK_MAX])
{
    char path[CONF_PATH_MAX], sentence[2 * CONF_PATH_MAX + 128];
    struct base_text why = base_text(sentence, sizeof sentence);
    struct base_file file;
    if (!conf_file_at(r->folder, name, path)) {
        conf_fail(r, "the name is too long");
        return 0;
    }
    const int err = base_file_read(path, PSK_TEXT_MAX, true, &file, &why);
    size_t n = 0;
    if (err == -EFBIG)
        conf_fail(r, "%s is too long for a key (%d bytes)", path, IKE_PSK_MAX);
    else if (err < 0)
        conf_fail(r, "%s", sentence);
    else {
        const char *text = (const char *)file.bytes;
        const size_t len = conf_file_line(&file).len;
        if (memchr(text, '\0', len))
            conf_fail(r, "%s holds a NUL byte: it is no text; write its bytes as 0x and hexadecimal digits",
                      path);
        else
            n = psk_decode(r, text, len, out);
    }
    base_file_free(&file);
    return n;
}

/* A key of n bytes was read; 0: none was. */
static void psk_settle(struct conf_reader *r, size_t n, struct ike_secret *out)
{
    out->psk_len = (uint16_t)n;
    if (n > 0 && n < PSK_WEAK)
        conf_warn(
            r,
            "weak_psk: %zu bytes can be guessed by whoever poses as the peer once; use %d or more random "
            "bytes: openssl rand -hex 32",
            n, PSK_WEAK);
}

bool conf_psk_take(struct conf_reader *r, struct base_span text, struct ike_secret *out)
{
    psk_settle(r, psk_decode(r, (const char *)text.ptr, text.len, out->psk), out);
    return out->psk_len > 0;
}

bool conf_psk_read(struct conf_reader *r, const json_t *object, struct ike_secret *out)
{
    const char *file = json_string_value(json_object_get(object, "psk_file"));
    const char *text = json_string_value(json_object_get(object, "psk"));
    if (!file == !text) {
        conf_fail(r, "needs either psk_file or psk%s; write \"psk_file\": \"name.psk\" and put the key there",
                  file ? ", not both" : "");
        return false;
    }
    const size_t mark = conf_enter(r, file ? "psk_file" : "psk");
    const size_t n = file ? psk_from_file(r, file, out->psk) : psk_decode(r, text, strlen(text), out->psk);
    if (text && n > 0)
        conf_warn(r, "inline_psk: everybody who reads this file has the key; use psk_file outside of a lab");
    psk_settle(r, n, out);
    conf_leave(r, mark);
    return n > 0;
}

bool conf_ppk_read(struct conf_reader *r, const json_t *object, struct ike_conn_conf *conn)
{
    const char *id = json_string_value(json_object_get(object, "ppk_id"));
    const char *file = json_string_value(json_object_get(object, "ppk_file"));
    const json_t *required = json_object_get(object, "ppk_required");
    if (!id && !file && !json_is_true(required))
        return true;
    if (!id || !file) {
        conf_fail(r, "a post-quantum preshared key needs both ppk_id, its name at both sides, and ppk_file");
        return true;
    }
    struct ike_ppk *ppk = conn->ppk = base_secret_new(sizeof *ppk);
    if (!ppk)
        return false;
    ppk->is_required = json_is_true(required);
    ppk->id_len = (uint8_t)(strlen(id) < IKE_PPK_ID_MAX ? strlen(id) : IKE_PPK_ID_MAX);
    memcpy(ppk->id, id, ppk->id_len);
    const size_t mark = conf_enter(r, "ppk_file");
    ppk->key_len = (uint16_t)psk_from_file(r, file, ppk->key);
    if (ppk->key_len > 0 && ppk->key_len < PPK_LEAST)
        conf_warn(r,
                  "weak_ppk: %u bytes are less than the 256 bits that a quantum computer leaves 128 of (RFC "
                  "8784 6): "
                  "openssl rand -hex 32",
                  ppk->key_len);
    conf_leave(r, mark);
    return true;
}

void conf_psk_wipe(json_t *root)
{
    size_t i;
    json_t *entry;
    json_array_foreach(json_object_get(root, "secrets"), i, entry)
    {
        json_t *psk = json_object_get(entry, "psk");
        if (json_is_string(psk))
            base_wipe((char *)json_string_value(psk), json_string_length(psk));
    }
}
