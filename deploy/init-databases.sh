#!/bin/bash
# Run by the PostgreSQL image once, on an empty volume: one role and its databases for the platform, one for Temporal.
set -euo pipefail

psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  -v tributary="$TRIBUTARY_DB_PASSWORD" -v temporal="$TEMPORAL_DB_PASSWORD" <<'SQL'
CREATE ROLE tributary LOGIN PASSWORD :'tributary';
CREATE DATABASE tributary OWNER tributary;
CREATE ROLE temporal LOGIN PASSWORD :'temporal';
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
SQL
