/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines on the control socket, from request to answer. The engine and the node that they ask are those of
 * ctl_show_test.c. Each line has one answer: a line of ASCII that a client can read.
 */
int ctl_show_test_main(void);
#define main ctl_show_test_main
#include "ctl_show_test.c"
#undef main

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct api_response response;
    char why[160];
    size_t len = 0;
    void *unused = NULL;
    (void)ctl_show_test_main;
    start(&unused);
    char *line = ctl_api_answer(&ctl, (const char *)data, size, &len);
    if (!line || len == 0 || memchr(line, '\n', len) != line + len - 1)
        abort();
    for (size_t i = 0; i + 1 < len; i++)
        if (line[i] < 0x20 || line[i] > 0x7e)
            abort();
    if (api_response_parse(line, len, &response, why, sizeof why) != 0)
        abort();
    json_decref(response.root);
    free(line);
    return 0;
}
