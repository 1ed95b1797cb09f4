#!/bin/sh
# The contract of the exec provider (backend/src/dns/exec/readme.md) over nsupdate.
# Variables: DNS_SERVER, DNS_PORT, DNS_KEY (hmac-sha256:name), DNS_SECRET (base64), DNS_ZONE.

case "$1" in
  present) change="update add $2 $CERTFERRY_TTL TXT \"$3\"" zone=$CERTFERRY_ZONE ;;
  cleanup) change="update delete $2 TXT \"$3\"" zone=$CERTFERRY_ZONE ;;
  # Can never come true, so that nothing is changed: a zone has its own name.
  check) change="prereq nxdomain $DNS_ZONE." zone=$DNS_ZONE ;;
  *) echo "unknown action $1" >&2; exit 1 ;;
esac

answer=$(nsupdate -t 3 2>&1 <<END
server $DNS_SERVER $DNS_PORT
zone $zone.
key $DNS_KEY $DNS_SECRET
$change
send
END
)
status=$?

echo "$answer" >&2
case "$1 $status $answer" in
  check*YXDOMAIN*) echo "$DNS_ZONE" ;;
  *" 0 "*) ;;
  *BADSIG* | *BADKEY*) exit 77 ;;
  *NOTAUTH* | *NOTZONE*) exit 68 ;;
  *"connection refused"* | *"timed out"*) exit 69 ;;
  *) exit 1 ;;
esac
