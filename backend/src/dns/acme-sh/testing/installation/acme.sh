#!/usr/bin/env sh
# A stand-in for acme.sh as its DNS scripts see it: the few functions that they call, with the same names, arguments and
# habits (https://github.com/acmesh-official/acme.sh/wiki/DNS-API-Dev-Guide). Like the original it keeps its configuration in
# LE_CONFIG_HOME or, without one, in its own folder, and prints its help when nothing stands after its name.

_info() {
  printf '%s\n' "$1${2:+='$2'}"
}

_err() {
  printf '%s\n' "$1${2:+='$2'}" >&2
  return 1
}

_debug() {
  [ -z "$DEBUG" ] || _info "$@" >&2
}

# name value
_saveaccountconf_mutable() {
  printf "SAVED_%s='%s'\n" "$1" "$2" >>"$ACCOUNT_CONF_PATH"
}

# name
_readaccountconf_mutable() {
  [ ! -f "$ACCOUNT_CONF_PATH" ] || sed -n "s/^SAVED_$1='\(.*\)'\$/\1/p" "$ACCOUNT_CONF_PATH"
}

# name value
_savedomainconf() {
  printf "%s='%s'\n" "$1" "$2" >>"$DOMAIN_CONF"
}

# url
_get() {
  curl --silent --dump-header "$HTTP_HEADER" "$1" || {
    _get_status=$?
    _err "Please refer to https://curl.haxx.se/libcurl/c/libcurl-errors.html for error code: $_get_status"
    return $_get_status
  }
}

# domain
_initpath() {
  LE_WORKING_DIR=${LE_WORKING_DIR:-$HOME/.acme.sh}
  LE_CONFIG_HOME=${LE_CONFIG_HOME:-$LE_WORKING_DIR}
  ACCOUNT_CONF_PATH=${ACCOUNT_CONF_PATH:-$LE_CONFIG_HOME/account.conf}
  HTTP_HEADER=${HTTP_HEADER:-$LE_CONFIG_HOME/http.header}
  CERT_HOME=${CERT_HOME:-$LE_CONFIG_HOME}
  [ -z "$1" ] || DOMAIN_PATH=$CERT_HOME/$1 DOMAIN_CONF=$CERT_HOME/$1/$1.conf
}

_help() {
  _initpath
  echo "Usage: acme.sh <command> ... [parameters ...]"
}

main() {
  [ -n "$1" ] || { _help && return; }
  case "$1" in
  -*) _err "Unknown parameter: $1" ;;
  *) "$@" ;;
  esac
}

main "$@"
