# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# A token for keys and certificates in hardware: SoftHSM 2 in a folder of its own, for whatever is started from here on.

TOKEN_MODULE=/usr/lib/softhsm/libsofthsm2.so
TOKEN_PACKAGES="softhsm2, gnutls-bin, and pkcs11-provider or libengine-pkcs11-openssl"

# Whether this machine has the token and a way of OpenSSL to it: a provider or an engine.
token_is_possible() {
    local modules engines
    modules=$(openssl version -m | sed 's/.*"\(.*\)"/\1/') engines=${OPENSSL_ENGINES:-$(openssl version -e | sed 's/.*"\(.*\)"/\1/')}
    command -v softhsm2-util >/dev/null && command -v p11tool >/dev/null && [ -e "$TOKEN_MODULE" ] && { [ -e "$modules/pkcs11.so" ] || [ -e "$engines/pkcs11.so" ]; }
}

# token_open FOLDER LABEL PIN
token_open() {
    token_dir=$1 token_label=$2 token_pin=$3
    mkdir -p "$token_dir/tokens"
    printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$token_dir" >"$token_dir/softhsm2.conf"
    export SOFTHSM2_CONF=$token_dir/softhsm2.conf
    softhsm2-util --init-token --free --label "$token_label" --pin "$token_pin" --so-pin "so-$token_pin" >>"$token_dir/log" 2>&1
}

# token_import FILE NAME: a private key (PKCS#8) goes into the token.
token_import() {
    softhsm2-util --import "$1" --token "$token_label" --pin "$token_pin" --label "$2" --id "$(token_id "$2")" >>"$token_dir/log" 2>&1
}
token_id() { printf '%s' "$1" | od -An -tx1 | tr -d ' \n'; }

# token_import_certificate FILE NAME: a certificate goes into the token, where everybody can see it.
token_import_certificate() {
    p11tool --provider="$TOKEN_MODULE" --batch --write --load-certificate="$1" --label="$2" --id="$(token_id "$2")" --login \
        --set-pin="$token_pin" "pkcs11:token=$token_label" >>"$token_dir/log" 2>&1
}

# The URI of a key or certificate in it: token_uri NAME
token_uri() { printf 'pkcs11:token=%s;object=%s?module-path=%s' "$token_label" "$1" "$TOKEN_MODULE"; }
