#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A public key infrastructure for tests, made by OpenSSL's own tool: good and bad certificates of any kind.
#
#   . lib/pki.sh; pki_open DIR; pki_ca ca; pki_cert gw ca san=DNS:gw.example.org     single ones, as a scenario needs them
#   lib/pki.sh DIR STAMP                                                             the whole set that unit tests read
#
# Each name N is N.key (PKCS#8), N.crt; a CA also has N.crl (pki_crl). All are valid from 2020 to 2040 unless told otherwise,
# so that tests which hand the time in and those that run today take the same.

pki_begins=20200101000000Z
pki_ends=20400101000000Z

# pki_open DIR: everything goes there.
pki_open() {
    pki_dir=$1
    mkdir -p "$pki_dir"
    cat > "$pki_dir/openssl.cnf" <<'TEXT'
[req]
distinguished_name = dn
[dn]
[ca]
default_ca = this
[this]
database = $ENV::PKI_OF/index
serial = $ENV::PKI_OF/serial
crlnumber = $ENV::PKI_OF/crlnumber
new_certs_dir = $ENV::PKI_OF
default_md = sha256
policy = any
unique_subject = no
preserve = yes
[any]
TEXT
    local field
    for field in countryName stateOrProvinceName localityName organizationName organizationalUnitName commonName emailAddress; do
        echo "$field = optional"
    done >> "$pki_dir/openssl.cnf"
}

pki_ssl() {
    PKI_OF=${PKI_OF:-.} OPENSSL_CONF=$pki_dir/openssl.cnf openssl "$@" 2>> "$pki_dir/log" || {
        echo "pki: openssl $*: failed, see $pki_dir/log" >&2
        return 1
    }
}

# pki_key NAME KIND: rsa (2048), rsa1024, rsa3072, p256, p384, p521, ed25519, ed448; =OTHER: the key of another name.
pki_key() {
    case $2 in
    =*) cp "$pki_dir/${2#=}.key" "$pki_dir/$1.key" ;;
    *) pki_kind "$2" && pki_ssl genpkey -algorithm "${kind[@]}" -out "$pki_dir/$1.key" ;;
    esac && chmod 600 "$pki_dir/$1.key"
}

# The words for a kind of key, in $kind.
pki_kind() {
    case $1 in
    rsa) kind=(RSA -pkeyopt rsa_keygen_bits:2048) ;;
    rsa*) kind=(RSA -pkeyopt "rsa_keygen_bits:${1#rsa}") ;;
    p*) kind=(EC -pkeyopt "ec_paramgen_curve:P-${1#p}") ;;
    *) kind=("${1^^}") ;;
    esac
}

# pki_request NAME KIND: NAME.csr, and the key when there is none yet. One process for both, for there are many.
pki_request() {
    local kind
    case $2 in =*) pki_key "$1" "$2" || return ;; esac
    if [ -e "$pki_dir/$1.key" ]; then
        pki_ssl req -new -key "$pki_dir/$1.key" -subj "$subject" -out "$pki_dir/$1.csr"
    else
        pki_kind "$2" && pki_ssl req -new -newkey "${kind[@]}" -nodes -keyout "$pki_dir/$1.key" -subj "$subject" -out "$pki_dir/$1.csr" &&
            chmod 600 "$pki_dir/$1.key"
    fi
}

# What pki_ca and pki_cert are told as word=value: subject, key, md, from, to, and the extensions in $extensions.
pki_words() {
    subject=/C=NZ/O=Lab/CN=$1 key=p256 md=sha256 from=$pki_begins to=$pki_ends extensions=
    shift
    local word
    for word in "$@"; do
        case $word in
        subject=*) subject=${word#*=} ;;
        key=*) key=${word#*=} ;;
        md=*) md=${word#*=} ;;
        from=*) from=${word#*=} ;;
        to=*) to=${word#*=} ;;
        san=*) extensions+="subjectAltName = ${word#*=}"$'\n' ;;
        eku=*) extensions+="extendedKeyUsage = ${word#*=}"$'\n' ;;
        usage=*) extensions+="keyUsage = ${word#*=}"$'\n' ;;
        basic=*) extensions+="basicConstraints = ${word#*=}"$'\n' ;;
        ext=*) extensions+="${word#*=}"$'\n' ;;
        *) echo "pki: what is $word?" >&2 && return 1 ;;
        esac
    done
}

# pki_issue NAME ISSUER: by the words that were read. An issuer of its own name signs itself.
pki_issue() {
    local name=$1 by=$2 of=$pki_dir/of-$2
    mkdir -p "$of"
    [ -e "$of/index" ] || { : > "$of/index" && echo 1000 > "$of/serial" && echo 01 > "$of/crlnumber"; }
    printf '[ext]\nsubjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\n%s' "$extensions" > "$pki_dir/$name.ext"
    local self=() digest=$md
    [ "$name" = "$by" ] && self=(-selfsign)
    pki_request "$name" "$key" || return
    case $(< "$pki_dir/$by.key") in *BQYDK2V*) digest=default ;; esac # Ed25519 and Ed448 hash by themselves
    {
        PKI_OF=$of pki_ssl ca -batch -notext -in "$pki_dir/$name.csr" -out "$pki_dir/$name.crt" -keyfile "$pki_dir/$by.key" \
            -cert "$pki_dir/$by.crt" "${self[@]}" -md "$digest" -startdate "$from" -enddate "$to" \
            -extfile "$pki_dir/$name.ext" -extensions ext > /dev/null
    } && rm "$pki_dir/$name.csr" "$pki_dir/$name.ext"
}

# pki_ca NAME [ISSUER] [word=value...]: a CA that signs itself, or below another.
pki_ca() {
    local name=$1 by=$1 subject key md from to extensions
    shift
    case ${1-} in "" | *=*) ;; *) by=$1 && shift ;; esac
    pki_words "$name" "$@" || return
    case $extensions in *basicConstraints*) ;; *) extensions+=$'basicConstraints = critical,CA:TRUE\n' ;; esac
    case $extensions in *keyUsage*) ;; *) extensions+=$'keyUsage = critical,keyCertSign,cRLSign\n' ;; esac
    pki_issue "$name" "$by"
}

# pki_cert NAME ISSUER [word=value...]: of an end.
pki_cert() {
    local name=$1 by=$2 subject key md from to extensions
    shift 2
    pki_words "$name" "$@" || return
    pki_issue "$name" "$by"
}

# pki_revoke NAME ISSUER, pki_crl ISSUER [FROM TO]: the list in ISSUER.crl.
pki_revoke() {
    PKI_OF=$pki_dir/of-$2 pki_ssl ca -revoke "$pki_dir/$1.crt" -keyfile "$pki_dir/$2.key" -cert "$pki_dir/$2.crt"
}

pki_crl() {
    PKI_OF=$pki_dir/of-$1 pki_ssl ca -gencrl -keyfile "$pki_dir/$1.key" -cert "$pki_dir/$1.crt" -out "$pki_dir/$1.crl" \
        -crl_lastupdate "${2:-$pki_begins}" -crl_nextupdate "${3:-$pki_ends}"
}

# pki_p12 NAME PASSPHRASE [FILE...]: key and certificate, with those of further files, in NAME.p12.
pki_p12() {
    local name=$1 phrase=$2
    shift 2
    cat /dev/null "$@" > "$pki_dir/$name.more"
    pki_ssl pkcs12 -export -inkey "$pki_dir/$name.key" -in "$pki_dir/$name.crt" -certfile "$pki_dir/$name.more" \
        -passout "pass:$phrase" -out "$pki_dir/$name.p12" && chmod 600 "$pki_dir/$name.p12" && rm "$pki_dir/$name.more"
}

# pki_long NAME N: N CAs one below the other and NAME at the end; NAME.chain has all but the first CA, NAME's first.
pki_long() {
    local i
    pki_ca "$1-1" && pki_key "$1" p256 || return
    for ((i = 2; i <= $2; i++)); do
        pki_ca "$1-$i" "$1-$((i - 1))" "key==$1-1" || return
    done
    pki_cert "$1" "$1-$2" "san=DNS:$1.example.org" && cat "$pki_dir/$1.crt" > "$pki_dir/$1.chain"
    for ((i = $2; i >= 2; i--)); do
        cat "$pki_dir/$1-$i.crt" >> "$pki_dir/$1.chain"
    done
}

# CAs that are trusted, those below them, and what they gave out as it should be.
pki_good() {
    local names=DNS:gw.example.org,IP:192.0.2.1,IP:2001:db8::1,email:admin@example.org
    pki_ca ca && pki_ca ca-rsa key=rsa && pki_ca ca-ed key=ed25519 && pki_ca stranger &&
        pki_ca twin subject=/C=NZ/O=Lab/CN=ca && pki_ca sub ca && pki_ca sub-sub sub && pki_ca sub-rsa ca-rsa key=rsa &&
        pki_cert gw ca "san=$names" eku=serverAuth usage=digitalSignature && pki_cert gw-rsa ca-rsa key=rsa "san=$names" eku=serverAuth &&
        pki_cert gw-384 ca key=p384 "san=$names" && pki_cert gw-521 ca key=p521 "san=$names" && pki_cert gw-ed ca-ed key=ed25519 "san=$names" &&
        pki_cert gw-448 ca-ed key=ed448 "san=$names" && pki_cert user ca san=email:user@example.org eku=clientAuth &&
        pki_cert deep sub-sub san=DNS:deep.example.org && pki_cert deep-rsa sub-rsa key=rsa san=DNS:deep.example.org,email:deep@example.org &&
        pki_cert cn ca subject=/C=NZ/O=Lab/CN=Users/CN=cn.example.org && pki_cert ike ca eku=1.3.6.1.5.5.8.2.2 san=DNS:ike.example.org &&
        pki_cert any ca eku=codeSigning,anyExtendedKeyUsage san=DNS:any.example.org &&
        pki_cert wild ca 'san=DNS:*.example.org' && pki_cert dirname ca "san=dirName:dir_sect
[dir_sect]
C = NZ
CN = other name"
}

# What must be refused, each for one reason.
pki_bad() {
    local huge
    huge=$(printf '%065000d' 0)
    pki_cert expired ca to=20210101000000Z && pki_cert notyet ca from=20390101000000Z && pki_cert wrong-eku ca eku=codeSigning &&
        pki_cert wrong-usage ca usage=keyEncipherment && pki_cert revoked ca san=DNS:revoked.example.org && pki_cert md5 ca-rsa md=md5 &&
        pki_cert sha1 ca-rsa md=sha1 && pki_cert rsa1024 ca key=rsa1024 && pki_cert of-stranger stranger && pki_cert of-twin twin &&
        pki_cert big ca "ext=nsComment = $huge" && pki_cert critical ca ext=1.2.3.4=critical,DER:05:00 &&
        pki_cert nul ca ext=subjectAltName=DER:30:13:82:11:67:77:2e:65:78:61:6d:70:6c:65:2e:6f:72:67:00:2e:78 &&
        pki_cert urls stranger ext=authorityInfoAccess='caIssuers;URI:http://192.0.2.99/ca.crt,OCSP;URI:http://192.0.2.99/ocsp' \
            ext=crlDistributionPoints=URI:http://192.0.2.99/ca.crl &&
        pki_cert good-urls ca ext=authorityInfoAccess='caIssuers;URI:http://192.0.2.99/ca.crt,OCSP;URI:http://192.0.2.99/ocsp' \
            ext=crlDistributionPoints=URI:http://192.0.2.99/ca.crl
}

# CAs that must be refused below one that is trusted.
pki_bad_cas() {
    pki_ca sub-old ca to=20210101000000Z && pki_cert of-old sub-old && pki_cert of-user user && pki_ca sub-0 ca basic=critical,CA:TRUE,pathlen:0 &&
        pki_ca sub-1 sub-0 && pki_cert too-deep sub-1 && pki_ca sub-1024 ca key=rsa1024 && pki_cert of-1024 sub-1024 &&
        pki_ca sub-code ca eku=codeSigning && pki_cert of-code sub-code && pki_ca sub-revoked ca && pki_cert of-revoked sub-revoked &&
        pki_ca sub-names ca ext=nameConstraints='critical,permitted;DNS:example.org,permitted;email:example.org,excluded;IP:192.0.2.0/255.255.255.0' &&
        pki_cert in-names sub-names san=DNS:in.example.org && pki_cert out-names sub-names san=DNS:gw.example.com &&
        pki_cert barred-names sub-names san=DNS:in.example.org,IP:192.0.2.7
}

# The same key in all the forms that operators have.
pki_forms() {
    local gw=$pki_dir/gw.key rsa=$pki_dir/gw-rsa.key
    pki_ssl pkcs8 -topk8 -nocrypt -in "$gw" -outform DER -out "$pki_dir/gw.p8.der" &&
        pki_ssl pkcs8 -topk8 -in "$gw" -passout pass:secret -out "$pki_dir/gw.locked" &&
        pki_ssl pkcs8 -topk8 -in "$gw" -passout pass:secret -outform DER -out "$pki_dir/gw.locked.der" &&
        pki_ssl ec -in "$gw" -out "$pki_dir/gw.trad" && pki_ssl rsa -in "$rsa" -traditional -out "$pki_dir/gw-rsa.trad" &&
        pki_ssl rsa -in "$rsa" -traditional -aes128 -passout pass:secret -out "$pki_dir/gw-rsa.trad-locked" &&
        pki_ssl rsa -in "$rsa" -traditional -outform DER -out "$pki_dir/gw-rsa.trad.der" &&
        pki_ssl pkey -in "$gw" -pubout -out "$pki_dir/gw.pub" && pki_ssl pkey -in "$gw" -pubout -outform DER -out "$pki_dir/gw.pub.der" &&
        pki_ssl x509 -in "$pki_dir/gw.crt" -outform DER -out "$pki_dir/gw.crt.der" && pki_p12 deep secret "$pki_dir/sub.crt" "$pki_dir/sub-sub.crt" &&
        pki_ssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out "$pki_dir/pss.key" &&
        pki_ssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out "$pki_dir/koblitz.key" && pki_key small rsa1024 &&
        pki_ssl genpkey -algorithm X25519 -out "$pki_dir/x25519.key" &&
        pki_ssl req -new -key "$gw" -subj /CN=gw -out "$pki_dir/gw.req" &&
        cat "$pki_dir/deep.crt" "$pki_dir/sub.crt" "$pki_dir/sub-sub.crt" > "$pki_dir/deep.chain" &&
        cat "$pki_dir/gw.crt" "$pki_dir/sub-rsa.crt" > "$pki_dir/mixed.chain" && chmod 600 "$pki_dir"/*
}

pki_lists() {
    pki_revoke revoked ca && pki_revoke sub-revoked ca && pki_crl ca && pki_crl ca-rsa && cp "$pki_dir/ca.crl" "$pki_dir/ca.now.crl" &&
        pki_crl ca 20200101000000Z 20210101000000Z && mv "$pki_dir/ca.crl" "$pki_dir/ca.old.crl" && mv "$pki_dir/ca.now.crl" "$pki_dir/ca.crl" &&
        pki_revoke of-twin twin && pki_crl twin && pki_crl sub
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
    stamp=${2:?usage: pki.sh DIR STAMP}
    rm -rf "$1"
    pki_open "$1"
    pki_good && pki_bad && pki_bad_cas && pki_forms && pki_lists && pki_long long 9 && : > "$stamp"
fi
