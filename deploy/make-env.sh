#!/bin/sh
# Prints a new .env for docker-compose.yml, with random secrets: sh deploy/make-env.sh > .env
set -eu

cat <<ENV
POSTGRES_PASSWORD=$(openssl rand -hex 24)
TRIBUTARY_DB_PASSWORD=$(openssl rand -hex 24)
TEMPORAL_DB_PASSWORD=$(openssl rand -hex 24)
FIELD_KEYS=k1:$(openssl rand -base64 32)
FIELD_HASH_KEY=$(openssl rand -base64 32)
TEMPORAL_PAYLOAD_KEYS=k1:$(openssl rand -base64 32)
BOOTSTRAP_ADMIN_KEY=tributary_$(openssl rand -hex 32)
# SMTP_URL=smtps://user:password@mail.example.com
# SITE_ADDRESS=tributary.example.com
ENV
