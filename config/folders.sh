#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# folders.sh FOLDER...: runs at the end of an install, so that an uninstall after the second one removes these folders, too.
# Uninstall removes what the last install wrote into its log, and that has only folders which that install made. Added here are
# those that an earlier one made: the stamp has them with their time of birth. Children come before their parents.
set -eu
log=$MESON_BUILD_ROOT/meson-logs/install-log.txt
stamp=$MESON_BUILD_ROOT/meson-private/folders
for folder in "$@"; do
    echo "${DESTDIR:-}$folder $(stat -c %W "${DESTDIR:-}$folder")"
done >"$stamp.new"
# Meson goes on to write where this begins: what it may write over is a comment.
if [ -e "$stamp" ] && grep -qxFf "$stamp" "$stamp.new"; then
    {
        printf '%65536s\n' "" | tr ' ' '#'
        grep -xFf "$stamp" "$stamp.new" | sed 's/ [0-9]*$//'
    } >>"$log"
fi
mv "$stamp.new" "$stamp"
