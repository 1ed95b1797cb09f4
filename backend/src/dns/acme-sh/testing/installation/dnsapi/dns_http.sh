#!/usr/bin/env sh
# A script for acme.sh that asks a web service. Variable: HTTP_Url.

dns_http_add() {
  _get "$HTTP_Url/add?name=$1&value=$2" >/dev/null
}

dns_http_rm() {
  _get "$HTTP_Url/rm?name=$1&value=$2" >/dev/null
}
