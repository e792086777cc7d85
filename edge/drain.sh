#!/bin/bash
# Takes Envoy out of service without cutting a stream, since on SIGTERM it would exit at once:
#   drain.sh [ADMIN_PORT]     returns when it serves nobody any more; then end it
# As the preStop hook of every container in the pod: all of them stay until the last stream has ended. It needs
# bash (for /dev/tcp) and nothing else. Environment:
#   LEAVE_SECONDS  how long new requests are still taken, until every balancer has heard (5)
#   GRACE_SECONDS  how long streams may then go on (50); together less than terminationGracePeriodSeconds
set -euo pipefail

admin_port=${1:-9901}
leave_seconds=${LEAVE_SECONDS:-5}
grace_seconds=${GRACE_SECONDS:-50}

admin() { # METHOD PATH
  exec 3<>"/dev/tcp/127.0.0.1/$admin_port" || return
  printf '%s %s HTTP/1.1\r\nHost: admin\r\nContent-Length: 0\r\nConnection: close\r\n\r\n' "$1" "$2" >&3
  cat <&3
  exec 3>&-
}

active() { admin GET '/stats?filter=^http.edge.downstream_rq_active$' | sed -n 's/^.*rq_active: \([0-9]*\).*/\1/p'; }

admin POST /healthcheck/fail >/dev/null # /readyz is 503, answers carry `connection: close` or GOAWAY
sleep "$leave_seconds"
admin POST /drain_listeners >/dev/null # no new connections; old ones stay
for ((waited = 0; waited < grace_seconds; waited++)); do
  running=$(active) || exit 0 # Envoy is gone
  [ "$running" = 0 ] && exit 0
  sleep 1
done
echo "drain.sh: $running requests are still running after $grace_seconds s" >&2
