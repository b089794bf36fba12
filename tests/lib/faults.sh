# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# What no daemon of ours may say in its log, however busy the machine is: the report of a sanitizer, or a system call that
# its filter refused. An extended regular expression.
# shellcheck disable=SC2034
DAEMON_FAULT='Sanitizer|runtime error|event=syscall_refused'
