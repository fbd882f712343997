#!/bin/sh
# Sheds the server connections that a failover left at a demoted writer. Nothing breaks them, so
# PgBouncer alone would keep them up to server_lifetime and every write on them would be refused.
# Once a second: where are the connections of database $1, and where does its host's name lead?
# Where they differ, RECONNECT. It takes no password: on PgBouncer's own socket (PGHOST), its own
# operating system user is the administrator.
#
# While the sidecar that follows the topology signs its lease, all this is its own. When three looks
# find one signature, so for 2 to 3 s after it, dead or standing still, its entries go and the names
# decide again. The signature is compared, not its time: a clock that is set meanwhile means nothing.
set -u
trap 'exit 0' TERM

# Column $2 of those rows of SHOW $1 whose column $3 is $4.
show() {
  psql --no-psqlrc --no-password --csv --command "SHOW $1" |
    awk -F , -v want="$2" -v key="$3" -v is="$4" '
      NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
      $column[key] == is { print $column[want] }'
}

order() { psql --no-psqlrc --no-password --quiet --command "$1"; }

lease=$PGHOST/topology.lease entries=$PGHOST/entries.ini
host= back= signature= again=0
while sleep 1; do
  if [ -e "$lease" ]; then
    before=$signature
    read -r signature <"$lease" || signature=
    if [ "$signature" = "$before" ]; then again=$((again + 1)); else again=0; fi
    [ "$again" -ge 2 ] || continue
    if [ -s "$entries" ]; then : >"$entries" && back=yes; fi
    if [ -n "$back" ] && order RELOAD; then
      host= back=
      echo "nobody follows the topology: back to the names"
    fi
    if [ "$(show DATABASES paused name "$1")" = 1 ]; then order "RESUME $1"; fi
  fi
  [ -n "$host" ] || host=$(show DATABASES host name "$1")
  writer=$(getent ahostsv4 "$host" | awk '{ print $1; exit }')
  [ -n "$writer" ] || continue
  # One whose host is still being looked up is at "(bad-af)". Taken for stale it would be given up, and the
  # requests that wait for it would fail: "connect string changed".
  stale=$(show SERVERS addr database "$1" | grep -v -x -F "(bad-af)" | grep -c -v -x -F "$writer")
  [ "$stale" -gt 0 ] || continue
  order "RECONNECT $1" && echo "$stale connections of $1 were not at $writer: RECONNECT"
done
