#!/bin/sh
# The vendor's certificate management API in the hands of somebody who has only curl and the documentation:
# https://developer.cisco.com/docs/certificate-management/getting-started
#
#   curl-cucm.sh snapshot                              prints what the node holds (JSON)
#   curl-cucm.sh csr NAME                              makes a new CSR for tomcat and prints it (PEM)
#   curl-cucm.sh install LEAF INTERMEDIATE ROOT        trusts the CA, uploads the certificate, looks that it is there
#
# Wants CUCM_URL (https://node:port), CUCM_USER and CUCM_PASSWORD (of an OS administrator), CUCM_CA (a file with what to
# trust), and takes CUCM_CONNECT_TO (as curl's --connect-to).
set -eu

call() {
  method=$1
  path=$2
  shift 2
  curl --silent --show-error --fail-with-body --max-time 30 \
    --cacert "$CUCM_CA" ${CUCM_CONNECT_TO:+--connect-to "$CUCM_CONNECT_TO"} \
    -X "$method" -u "$CUCM_USER:$CUCM_PASSWORD" -H 'Content-Type: application/json' \
    "$CUCM_URL/platformcom/api/v1/certmgr/config$path" "$@"
}

# A file as the body of a JSON string.
json_text() {
  awk '{ printf "%s\\n", $0 }' "$1"
}

case $1 in
snapshot)
  call GET /snapshot/server
  ;;
csr)
  call POST /csr -d "{\"service\":\"tomcat\",\"distribution\":\"this-server\",\"commonName\":\"$2\",\"altNames\":[\"$2\"]}" >/dev/null
  # The pending CSR is read back, because that is the one a certificate has to fit.
  printf '%b' "$(call GET '/csr?service=tomcat' | sed 's/.*"csr":"\([^"]*\)".*/\1/')"
  ;;
install)
  leaf=$(json_text "$2")
  intermediate=$(json_text "$3")
  root=$(json_text "$4")
  call POST /trust/certificates -d "{\"service\":[\"tomcat\"],\"certificates\":[\"$root\",\"$intermediate\"],\"description\":\"Trust Certificate\"}" >/dev/null
  call POST /identity/certificates -d "{\"service\":\"tomcat\",\"certificates\":[\"$leaf\",\"$intermediate\",\"$root\"]}" >/dev/null
  body=$(sed -n 2p "$2")
  call GET /snapshot/server | grep -qF "$body" && echo installed
  ;;
*)
  echo "usage: $0 snapshot | csr NAME | install LEAF INTERMEDIATE ROOT" >&2
  exit 2
  ;;
esac
