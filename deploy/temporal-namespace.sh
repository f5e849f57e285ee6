#!/bin/sh
# Creates the namespace if missing. Closed workflows stay visible for 7 days; permanent data is in PostgreSQL.
set -eu

attempt=1
until temporal operator namespace describe -n "$NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create -n "$NAMESPACE" --retention 7d; do
  [ "$attempt" -ge 30 ] && exit 1
  attempt=$((attempt + 1))
  sleep 2
done
