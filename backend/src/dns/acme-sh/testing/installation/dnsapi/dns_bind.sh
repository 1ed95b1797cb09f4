#!/usr/bin/env sh
# A script for acme.sh that sends updates to a name server with nsupdate.
# Variables: BIND_Server, BIND_Port, BIND_Key (hmac-sha256:name), BIND_Secret (base64).

# Usage: dns_bind_add _acme-challenge.www.example.com value
dns_bind_add() {
  fulldomain=$1
  txtvalue=$2
  _bind_settings || return 1
  _savedomainconf BIND_Last "$txtvalue"
  _info "Adding the record" "$fulldomain"
  _bind_update "update add $fulldomain. 60 TXT \"$txtvalue\""
}

# Usage: dns_bind_rm _acme-challenge.www.example.com value
dns_bind_rm() {
  fulldomain=$1
  txtvalue=$2
  _bind_settings || return 1
  _info "Removing the record" "$fulldomain"
  _bind_update "update delete $fulldomain. TXT \"$txtvalue\""
}

_bind_settings() {
  BIND_Secret="${BIND_Secret:-$(_readaccountconf_mutable BIND_Secret)}"
  if [ -z "$BIND_Secret" ]; then
    _err "Please give BIND_Secret."
    return 1
  fi
  _saveaccountconf_mutable BIND_Secret "$BIND_Secret"
}

_bind_update() {
  _bind_answer=$(
    nsupdate -t 3 2>&1 <<END
server $BIND_Server $BIND_Port
key $BIND_Key $BIND_Secret
$1
send
END
  ) || {
    _err "The name server says: $_bind_answer (key $BIND_Secret)"
    return 1
  }
}
