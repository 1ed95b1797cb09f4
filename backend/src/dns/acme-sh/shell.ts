/** How `STEPS` ends when the script was never called. A script that says no ends it with 1. */
export const STATUS = { noAcmeSh: 3, noScript: 4, noFunction: 5 } as const;

/**
 * For bash, with the arguments: home of acme.sh, path of the script, its name, `add` or `rm` or `check`, name, value.
 *
 * It does what acme.sh does around a script (https://github.com/acmesh-official/acme.sh/blob/master/acme.sh): load the functions,
 * set the paths of the configuration, load the script, call it. acme.sh runs whatever stands after its name when that does
 * not begin with `-`, here `true`; with nothing it would print its help.
 */
export const STEPS = `
umask 077
certferry_home=$1 certferry_script=$2 certferry_name=$3 certferry_action=$4 certferry_fqdn=$5 certferry_value=$6

. "$certferry_home/acme.sh" true >/dev/null || exit ${STATUS.noAcmeSh}
: >"$ACCOUNT_CONF_PATH"
_initpath "$certferry_fqdn" >/dev/null || exit ${STATUS.noAcmeSh}
[ -z "$DOMAIN_PATH" ] || mkdir -p "$DOMAIN_PATH"
. "$certferry_script" || exit ${STATUS.noScript}
for certferry_one in add rm; do
  declare -F "\${certferry_name}_$certferry_one" >/dev/null || exit ${STATUS.noFunction}
done

[ "$certferry_action" != check ] || exit 0
"\${certferry_name}_$certferry_action" "$certferry_fqdn" "$certferry_value" || exit 1
`;
